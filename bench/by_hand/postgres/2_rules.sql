-- The rules of members, then of households: TRUE, FALSE or NULL where nobody can say. Beside them
-- the values that the sentences and the explanation of a clause show; NULL where a feed is not live.

CREATE UNLOGGED TABLE member_rules AS
WITH people AS (
    SELECT p.household_id, p.person_id, h.household_type, p.labour_class,
           extract(year FROM age(:period_end, p.birth_on))::integer AS age,
           p.resident_medical, p.employee_medical,
           coalesce(p.work_months, 0) = 0 AND coalesce(p.monthly_wage, 0) = 0 AS no_registered_work,
           p.person_token IS NULL AS nameless, insured.person_token IS NOT NULL AS insured,
           CASE WHEN p.person_token IS NULL THEN greatest(g.medical_claim_gap, 1) ELSE g.medical_claim_gap END AS medical_claim_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.medical_enrolment_gap, 1) ELSE g.medical_enrolment_gap END AS medical_enrolment_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.school_enrolment_gap, 1) ELSE g.school_enrolment_gap END AS school_enrolment_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.school_cost_gap, 1) ELSE g.school_cost_gap END AS school_cost_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.dibao_gap, 1) ELSE g.dibao_gap END AS dibao_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.tekun_gap, 1) ELSE g.tekun_gap END AS tekun_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.death_gap, 1) ELSE g.death_gap END AS death_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.disability_certificate_gap, 1) ELSE g.disability_certificate_gap END AS disability_certificate_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.serious_disease_gap, 1) ELSE g.serious_disease_gap END AS serious_disease_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.employment_gap, 1) ELSE g.employment_gap END AS employment_gap,
           CASE WHEN p.person_token IS NULL THEN greatest(g.public_post_gap, 1) ELSE g.public_post_gap END AS public_post_gap,
           CASE WHEN a.person_token IS NULL THEN 5 ELSE g.wage_gap END AS wage_gap,
           CASE WHEN a.person_token IS NULL THEN 5 ELSE g.vehicle_gap END AS vehicle_gap,
           CASE WHEN a.person_token IS NULL THEN 5 ELSE g.real_estate_gap END AS real_estate_gap,
           CASE WHEN a.person_token IS NULL THEN 5 ELSE g.market_entity_gap END AS market_entity_gap,
           CASE WHEN a.person_token IS NULL THEN 5 ELSE g.machinery_gap END AS machinery_gap,
           CASE WHEN a.person_token IS NULL THEN 5 ELSE g.bank_check_gap END AS bank_check_gap,
           claims.*, pupils.*, costs.*, dibao_people.*, tekun_people.*, dead.*, certified.*, ill.*, jobless.*, posts.*, paid.*, cars.*, estates.*, companies.*, machines.*, banked.*
    FROM person p
    JOIN household h ON h.household_id = p.household_id
    JOIN county_gap g ON g.county = left(h.region_code, 6)
    LEFT JOIN authorised a ON a.person_token = p.person_token
    LEFT JOIN insured ON insured.person_token = p.person_token
    LEFT JOIN claims ON claims.person_token = p.person_token
    LEFT JOIN pupils ON pupils.person_token = p.person_token
    LEFT JOIN costs ON costs.person_token = p.person_token
    LEFT JOIN dibao_people ON dibao_people.person_token = p.person_token
    LEFT JOIN tekun_people ON tekun_people.person_token = p.person_token
    LEFT JOIN dead ON dead.person_token = p.person_token
    LEFT JOIN certified ON certified.person_token = p.person_token
    LEFT JOIN ill ON ill.person_token = p.person_token
    LEFT JOIN jobless ON jobless.person_token = p.person_token
    LEFT JOIN posts ON posts.person_token = p.person_token
    LEFT JOIN paid ON paid.person_token = p.person_token
    LEFT JOIN cars ON cars.person_token = p.person_token
    LEFT JOIN estates ON estates.person_token = p.person_token
    LEFT JOIN companies ON companies.person_token = p.person_token
    LEFT JOIN machines ON machines.person_token = p.person_token
    LEFT JOIN banked ON banked.person_token = p.person_token
), facts AS (
    SELECT *,
           age BETWEEN 6 AND 15 AS of_school_age,
           age BETWEEN 16 AND 59 AS of_working_age,
           age BETWEEN 16 AND 59 AND labour_class IN ('ORDINARY', 'SKILLED', 'PARTIAL') AS worker,
           found(dropped_out, school_enrolment_gap) AS has_dropped_out,
           found(on_roll, school_enrolment_gap) AS is_on_roll,
           found(on_dibao, dibao_gap) AS has_dibao, found(on_tekun, tekun_gap) AS has_tekun,
           -- Who is not in a list above a threshold may have paid anything below it.
           known(inpatient_year, medical_claim_gap) AS inpatient,
           known(outpatient_month, medical_claim_gap) AS outpatient,
           known(coalesce(paid_year, 0), wage_gap) AS wages_year,
           known(CAST(round(coalesce(paid_before, 0) / 9, 6) AS numeric(18, 6)), wage_gap) AS wage_before,
           known(CAST(round(coalesce(paid_lately, 0) / 3, 6) AS numeric(18, 6)), wage_gap) AS wage_lately
    FROM people
)
SELECT household_id, person_id, age::smallint AS age, labour_class, nameless, no_registered_work,
       coalesce(paid_at_all, FALSE) AS paid_at_all, wage_gap::smallint AS wage_gap,
       of_school_age, of_working_age, worker, has_dropped_out, is_on_roll, has_dibao, has_tekun,
       died_on IS NOT NULL AS is_dead, insured, inpatient, outpatient,
       CASE WHEN NOT undated_dropout THEN known(dropped_out_on, school_enrolment_gap) END AS dropped_out_on,
       known(school_cost, school_cost_gap) AS school_cost,
       known(dibao_ended_on, dibao_gap) AS dibao_ended_on,
       known(tekun_ended_on, tekun_gap) AS tekun_ended_on, known(died_on, death_gap) AS died_on,
       known(disability, disability_certificate_gap) AS disability,
       known(lightest, disability_certificate_gap) AS lightest,
       known(heaviest, disability_certificate_gap) AS heaviest,
       known(issued_on, disability_certificate_gap) AS issued_on,
       known(diagnosed_on, serious_disease_gap) AS diagnosed_on,
       known(unemployed_on, employment_gap) AS unemployed_on,
       known(post_ended_on, public_post_gap) AS post_ended_on,
       known(post_pay, public_post_gap) AS post_pay, wages_year, wage_before, wage_lately,
       known(last_public_month, wage_gap) AS last_public_month,
       CASE WHEN NOT cars_unpriced THEN known(car_price, vehicle_gap) END AS car_price,
       CASE WHEN NOT machines_unpriced THEN known(machine_price, machinery_gap) END AS machine_price,
       known(estate_kind, real_estate_gap) AS estate_kind,
       known(estate_area, real_estate_gap) AS estate_area,
       known(company_role, market_entity_gap) AS company_role,
       known(company_capital, market_entity_gap) AS company_capital,
       known(asked_amount, bank_check_gap) AS asked_amount,
       known(checked_on, bank_check_gap) AS checked_on,
       of_school_age AND has_dropped_out AS education_dropout,
       of_school_age AND NOT is_on_roll AS education_not_on_roll,
       -- Why an open rule of school is open: the age, or the list.
       CASE WHEN is_on_roll IS NULL THEN greatest(school_enrolment_gap, 1)
            WHEN of_school_age IS NULL THEN 1 ELSE 0 END::smallint AS roll_why,
       CASE WHEN has_dropped_out IS NULL THEN greatest(school_enrolment_gap, 1)
            WHEN of_school_age IS NULL THEN 1 ELSE 0 END::smallint AS dropout_why,
       NOT (resident_medical OR employee_medical) AS medical_uninsured,
       household_type IN ('LIFTED', 'LIFTED_NO_POLICY') AND inpatient >= 5000 AS medical_lifted,
       household_type = 'ORDINARY' AND inpatient >= 20000 AS medical_ordinary,
       inpatient >= 50000 AS medical_sudden, outpatient > 500 AS medical_outpatient,
       NOT found(insured, medical_enrolment_gap) AS medical_not_enrolled,
       worker AND found(dead_at_least < 12, death_gap) AS member_deceased,
       found(dead_at_most >= 3, death_gap) AS deceased_still_member,
       found(dibao_just_stopped, dibao_gap) AND NOT has_dibao AND NOT has_tekun
           AND died_on IS NULL AS dibao_stopped,
       found(tekun_just_stopped, tekun_gap) AND NOT has_tekun AND NOT has_dibao
           AND died_on IS NULL AS tekun_stopped,
       found(just_certified, disability_certificate_gap) AS disability_new,
       of_working_age AND found(just_severe, disability_certificate_gap) AS disability_heavy_new,
       found(just_diagnosed, serious_disease_gap) AS serious_disease_new,
       worker AND found(just_unemployed, employment_gap) AS worker_unemployed,
       found(post_just_ended, public_post_gap) AND NOT found(post_running, public_post_gap) AS public_post_ended,
       found(school_cost > 10000, school_cost_gap) AS school_cost_high,
       wage_before >= 1000
           AND wage_lately < CAST(round(wage_before * 0.5, 6) AS numeric(18, 6)) AS wage_fall,
       found(paid_by_public, wage_gap) AS public_payroll,
       found(car_price > 30000, vehicle_gap + coalesce(cars_unpriced, FALSE)::integer) AS vehicle_owned,
       found(machine_price > 50000, machinery_gap + coalesce(machines_unpriced, FALSE)::integer) AS machinery_owned,
       found(estate_kind IS NOT NULL, real_estate_gap) AS real_estate_owned,
       found(company_role IS NOT NULL, market_entity_gap) AS company_owned,
       -- The bank answers only for whom it was asked.
       found(deposits_above, CASE WHEN deposits_above IS NULL THEN 2 ELSE bank_check_gap END) AS deposit_above
FROM facts;

-- What departments say about households, by whichever member they name.
CREATE UNLOGGED TABLE houses AS
SELECT household_id, count(*) AS houses, bool_or(resident AND grade IN ('C', 'D')) AS unsafe_house,
       max(grade) FILTER (WHERE resident) AS worst_grade,
       max(assessed_on) FILTER (WHERE resident) AS house_assessed_on
FROM housing_grade JOIN person USING (person_token) GROUP BY household_id;
CREATE UNLOGGED TABLE waters AS
SELECT household_id, count(*) AS waters, bool_or(NOT safe) AS unsafe_water,
       max(assessed_on) FILTER (WHERE NOT safe) AS water_assessed_on
FROM water_supply JOIN person USING (person_token) GROUP BY household_id;
CREATE UNLOGGED TABLE cut_off AS
SELECT household_id, TRUE AS cut_off, max(kwh_last_month) AS kwh_before
FROM power_usage JOIN person USING (person_token) WHERE disconnected GROUP BY household_id;
CREATE UNLOGGED TABLE disasters AS
SELECT household_id, bool_or(months_ago(event_on) < 3 AND casualties >= 1) AS with_casualty,
       bool_or(months_ago(event_on) < 3 AND house_damage IN ('SEVERE', 'COLLAPSED')) AS with_house,
       bool_or(months_ago(event_on) < 3 AND loss_amount >= 5000) AS with_loss,
       max(casualties) AS casualties, max(loss_amount) AS disaster_loss,
       max(event_on) FILTER (WHERE casualties >= 1) AS casualty_on,
       max(event_on) FILTER (WHERE house_damage IN ('SEVERE', 'COLLAPSED')) AS house_hit_on,
       max(event_on) FILTER (WHERE loss_amount >= 5000) AS loss_on
FROM disaster JOIN person USING (person_token) GROUP BY household_id;
CREATE UNLOGGED TABLE failures AS
SELECT household_id, max(event) AS industry_event, max(reported_on) AS industry_on,
       bool_or(months_ago(reported_on) < 6 AND (event = 'FAILED' OR loss_amount >= 5000)) AS failed
FROM industry JOIN person USING (person_token) GROUP BY household_id;
CREATE UNLOGGED TABLE relieved AS
SELECT household_id, count(*) FILTER (WHERE to_char(granted_on, 'YYYY-MM') > :year_ago) AS reliefs,
       max(granted_on) AS relief_on
FROM temporary_relief JOIN person USING (person_token) GROUP BY household_id;
CREATE UNLOGGED TABLE near AS
SELECT household_id, max(recognised_on) AS near_on,
       bool_or(coalesce(valid_until, :period_end) >= :period_end) AS near_valid
FROM near_dibao JOIN person USING (person_token) WHERE status = 'ACTIVE' GROUP BY household_id;
CREATE UNLOGGED TABLE rigid AS
SELECT household_id, max(recognised_on) AS rigid_on,
       bool_or(coalesce(valid_until, :period_end) >= :period_end) AS rigid_valid
FROM rigid_expense JOIN person USING (person_token) WHERE status = 'ACTIVE' GROUP BY household_id;

CREATE UNLOGGED TABLE families AS
SELECT household_id, bool_or(nameless) AS nameless, max(wage_gap) AS wage_gap,
       bool_or(paid_at_all) AS paid_at_all, sum(wages_year) AS wages_paid,
       bool_and(no_registered_work OR paid_at_all) AS all_workers_paid
FROM member_rules GROUP BY household_id;

CREATE UNLOGGED TABLE household_rules AS
WITH gaps AS (
    SELECT h.household_id, h.household_no, h.region_code, h.household_type, h.monitored_category,
           h.risk_status, h.risk_kinds, h.member_count, h.net_income, h.claim_income,
           h.eligible_out_of_pocket, h.wage_income, h.income_as_of, h.water_safe, h.as_of,
           f.nameless, f.wage_gap, f.paid_at_all, f.wages_paid, f.all_workers_paid,
           greatest(housing_grade_gap, f.nameless::integer) AS housing_gap,
           greatest(water_supply_gap, f.nameless::integer) AS water_gap,
           greatest(power_usage_gap, f.nameless::integer) AS power_gap,
           greatest(disaster_gap, f.nameless::integer) AS disaster_gap,
           greatest(industry_gap, f.nameless::integer) AS industry_gap,
           greatest(temporary_relief_gap, f.nameless::integer) AS relief_gap,
           greatest(near_dibao_gap, f.nameless::integer) AS near_gap,
           greatest(rigid_expense_gap, f.nameless::integer) AS rigid_gap,
           houses.houses, unsafe_house, worst_grade, house_assessed_on, waters.waters, unsafe_water, water_assessed_on,
           cut_off.cut_off, kwh_before, with_casualty, with_house, with_loss, casualties, disaster_loss,
           casualty_on, house_hit_on, loss_on, industry_event, industry_on, failed, reliefs, relief_on,
           near_on, near_valid, rigid_on, rigid_valid,
           CASE WHEN left(h.region_code, 6) IN ('990101', '990102') THEN 8800
                WHEN left(h.region_code, 6) = '350526' THEN 19560 WHEN left(h.region_code, 2) = '52' THEN 7300
                WHEN left(h.region_code, 2) = '36' THEN 8500 WHEN left(h.region_code, 2) = '53' THEN 8700
                ELSE 6000 END::numeric(12, 2) AS line
    FROM household h
    JOIN county_gap g ON g.county = left(h.region_code, 6)
    JOIN families f ON f.household_id = h.household_id
    LEFT JOIN houses ON houses.household_id = h.household_id
    LEFT JOIN waters ON waters.household_id = h.household_id
    LEFT JOIN cut_off ON cut_off.household_id = h.household_id
    LEFT JOIN disasters ON disasters.household_id = h.household_id
    LEFT JOIN failures ON failures.household_id = h.household_id
    LEFT JOIN relieved ON relieved.household_id = h.household_id
    LEFT JOIN near ON near.household_id = h.household_id
    LEFT JOIN rigid ON rigid.household_id = h.household_id
), facts AS (
    SELECT *, months_ago(income_as_of) > 18 AS income_is_stale,
           -- Wages paid stand for the registered ones where they are whole.
           CASE WHEN wage_gap = 0 AND paid_at_all AND all_workers_paid THEN wages_paid END AS wages_in_feed,
           monitored_category IS NULL OR coalesce(risk_status, 'ACTIVE') = 'CLEARED' AS not_monitored
    FROM gaps
), income AS (
    SELECT *, CASE WHEN NOT income_is_stale THEN CAST(round(
        (net_income + coalesce(wages_in_feed - wage_income, 0) + claim_income - eligible_out_of_pocket)
        / member_count, 6) AS numeric(18, 6)) END AS per_head
    FROM facts
)
SELECT *,
       CASE WHEN unsafe_house THEN TRUE WHEN housing_gap > 0 OR houses IS NULL THEN NULL ELSE FALSE END AS housing_unsafe,
       NOT water_safe AS water_unsafe,
       CASE WHEN unsafe_water THEN TRUE WHEN water_gap > 0 OR waters IS NULL THEN NULL ELSE FALSE END AS water_supply_unsafe,
       per_head < line AND risk_kinds IS NOT NULL AND cardinality(risk_kinds) >= 1
           AND coalesce(risk_status, 'ACTIVE') <> 'CLEARED' AS income_below_line,
       per_head >= line AND per_head <= line * 1.3 AND risk_kinds IS NOT NULL AND cardinality(risk_kinds) >= 1
           AND coalesce(risk_status, 'ACTIVE') <> 'CLEARED' AS income_near_line,
       found(cut_off, power_gap) AS power_disconnected,
       found(with_casualty, disaster_gap) AS disaster_casualty,
       found(with_house, disaster_gap) AS disaster_house,
       found(with_loss, disaster_gap) AS disaster_loss_large,
       found(failed, industry_gap) AS industry_failed,
       CASE WHEN relief_gap = 0 THEN coalesce(reliefs, 0) >= 2 END AS temporary_relief_repeated,
       not_monitored AND found(near_valid, near_gap) AS near_dibao_listed,
       not_monitored AND found(rigid_valid, rigid_gap) AS rigid_expense_listed,
       CASE WHEN wage_gap = 0 THEN wages_paid > wage_income * 1.2 AND wages_paid - wage_income > 6000 END
           AS wages_above_register
FROM income;
