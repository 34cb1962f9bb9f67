-- The rules of members, then of households: TRUE, FALSE or NULL where nobody can say.

CREATE OR REPLACE TEMP TABLE member_rules AS
WITH gaps AS (
    SELECT * REPLACE (
        CASE WHEN nameless THEN greatest(medical_claim_gap, 1) ELSE medical_claim_gap END AS medical_claim_gap,
        CASE WHEN nameless THEN greatest(medical_enrolment_gap, 1) ELSE medical_enrolment_gap END AS medical_enrolment_gap,
        CASE WHEN nameless THEN greatest(school_enrolment_gap, 1) ELSE school_enrolment_gap END AS school_enrolment_gap,
        CASE WHEN nameless THEN greatest(school_cost_gap, 1) ELSE school_cost_gap END AS school_cost_gap,
        CASE WHEN nameless THEN greatest(dibao_gap, 1) ELSE dibao_gap END AS dibao_gap,
        CASE WHEN nameless THEN greatest(tekun_gap, 1) ELSE tekun_gap END AS tekun_gap,
        CASE WHEN nameless THEN greatest(death_gap, 1) ELSE death_gap END AS death_gap,
        CASE WHEN nameless THEN greatest(disability_certificate_gap, 1) ELSE disability_certificate_gap END AS disability_certificate_gap,
        CASE WHEN nameless THEN greatest(serious_disease_gap, 1) ELSE serious_disease_gap END AS serious_disease_gap,
        CASE WHEN nameless THEN greatest(employment_gap, 1) ELSE employment_gap END AS employment_gap,
        CASE WHEN nameless THEN greatest(public_post_gap, 1) ELSE public_post_gap END AS public_post_gap,
        CASE WHEN authorised THEN wage_gap ELSE 5 END AS wage_gap,
        CASE WHEN authorised THEN vehicle_gap ELSE 5 END AS vehicle_gap,
        CASE WHEN authorised THEN real_estate_gap ELSE 5 END AS real_estate_gap,
        CASE WHEN authorised THEN market_entity_gap ELSE 5 END AS market_entity_gap,
        CASE WHEN authorised THEN machinery_gap ELSE 5 END AS machinery_gap,
        CASE WHEN authorised THEN bank_check_gap ELSE 5 END AS bank_check_gap
    ) FROM people
), facts AS (
    SELECT *,
           age BETWEEN 6 AND 15 AS of_school_age,
           age BETWEEN 16 AND 59 AS of_working_age,
           age BETWEEN 16 AND 59 AND labour_class IN ('ORDINARY', 'SKILLED', 'PARTIAL') AS worker,
           found(dropped_out, school_enrolment_gap) AS has_dropped_out,
           found(on_roll, school_enrolment_gap) AS is_on_roll,
           -- Who is not in a list above a threshold may have paid anything below it.
           CASE WHEN medical_claim_gap = 0 THEN inpatient_year END AS inpatient_known,
           CASE WHEN medical_claim_gap = 0 THEN outpatient_month END AS outpatient_known,
           CAST(round(paid_before / 9, 6) AS DECIMAL(18, 6)) AS wage_before,
           CAST(round(paid_lately / 3, 6) AS DECIMAL(18, 6)) AS wage_lately
    FROM gaps
)
SELECT household_id, person_id, age, labour_class, authorised, nameless, no_registered_work,
       inpatient_year, outpatient_month, insured, on_roll, dropped_out, dropped_out_on, undated_dropout,
       school_cost, dibao_just_stopped, on_dibao, dibao_ended_on, tekun_just_stopped, on_tekun,
       tekun_ended_on, died_on, disability, lightest, heaviest, issued_on, diagnosed_on,
       unemployed_on, post_ended_on, post_pay, post_running, months_paid, paid_year, wage_before,
       wage_lately, last_public_month, car_price, cars_unpriced, estate_kind, estate_area,
       company_role, company_capital, machine_price, machines_unpriced, deposits_above,
       asked_amount, checked_on,
       school_enrolment_gap, death_gap, disability_certificate_gap, serious_disease_gap,
       dibao_gap, tekun_gap, employment_gap, public_post_gap, wage_gap, vehicle_gap,
       real_estate_gap, market_entity_gap, machinery_gap, bank_check_gap, school_cost_gap,
       medical_enrolment_gap, medical_claim_gap,
       of_school_age AND has_dropped_out AS education_dropout,
       of_school_age AND NOT is_on_roll AS education_not_on_roll,
       -- Why an open rule of school is open: the age, or the list.
       greatest(CASE WHEN of_school_age IS NULL THEN 1 ELSE 0 END,
                CASE WHEN has_dropped_out IS NULL THEN greatest(school_enrolment_gap, 1) ELSE 0 END) AS dropout_why,
       greatest(CASE WHEN of_school_age IS NULL THEN 1 ELSE 0 END,
                CASE WHEN is_on_roll IS NULL THEN greatest(school_enrolment_gap, 1) ELSE 0 END) AS roll_why,
       NOT (resident_medical OR employee_medical) AS medical_uninsured,
       household_type IN ('LIFTED', 'LIFTED_NO_POLICY') AND inpatient_known >= 5000 AS medical_lifted,
       household_type = 'ORDINARY' AND inpatient_known >= 20000 AS medical_ordinary,
       inpatient_known >= 50000 AS medical_sudden,
       outpatient_known > 500 AS medical_outpatient,
       NOT found(insured::INTEGER, medical_enrolment_gap) AS medical_not_enrolled,
       worker AND CASE WHEN dead_at_least < 12 THEN TRUE WHEN death_gap > 0 THEN NULL ELSE FALSE END AS member_deceased,
       CASE WHEN dead_at_most >= 3 THEN TRUE WHEN death_gap > 0 THEN NULL ELSE FALSE END AS deceased_still_member,
       found(dibao_just_stopped, dibao_gap) AND NOT found(on_dibao, dibao_gap)
           AND NOT found(on_tekun, tekun_gap) AND died_on IS NULL AS dibao_stopped,
       found(tekun_just_stopped, tekun_gap) AND NOT found(on_tekun, tekun_gap)
           AND NOT found(on_dibao, dibao_gap) AND died_on IS NULL AS tekun_stopped,
       found(just_certified, disability_certificate_gap) AS disability_new,
       of_working_age AND found(just_severe, disability_certificate_gap) AS disability_heavy_new,
       found(just_diagnosed, serious_disease_gap) AS serious_disease_new,
       worker AND found(just_unemployed, employment_gap) AS worker_unemployed,
       found(post_just_ended, public_post_gap) AND NOT found(post_running, public_post_gap) AS public_post_ended,
       found((school_cost > 10000)::INTEGER, school_cost_gap) AS school_cost_high,
       CASE WHEN wage_gap = 0 THEN coalesce(wage_before >= 1000
            AND wage_lately < CAST(round(wage_before * 0.5, 6) AS DECIMAL(18, 6)), FALSE) END AS wage_fall,
       found(paid_by_public, wage_gap) AS public_payroll,
       found((car_price > 30000)::INTEGER, greatest(vehicle_gap, cars_unpriced)) AS vehicle_owned,
       found((machine_price > 50000)::INTEGER, greatest(machinery_gap, machines_unpriced)) AS machinery_owned,
       found((estate_kind IS NOT NULL)::INTEGER, real_estate_gap) AS real_estate_owned,
       found((company_role IS NOT NULL)::INTEGER, market_entity_gap) AS company_owned,
       -- The bank answers only for whom it was asked.
       found(deposits_above, greatest(bank_check_gap, CASE WHEN deposits_above IS NULL THEN 2 ELSE 0 END)) AS deposit_above
FROM facts;

-- What departments say about households, by whichever member they name.
CREATE OR REPLACE TEMP TABLE houses AS
SELECT household_id, count(*) AS houses,
       count(*) FILTER (resident AND grade IN ('C', 'D')) AS unsafe_houses,
       max(grade) FILTER (resident) AS worst_grade,
       max(assessed_on) FILTER (resident) AS house_assessed_on
FROM housing_grade JOIN person USING (person_token) GROUP BY household_id;
CREATE OR REPLACE TEMP TABLE waters AS
SELECT household_id, count(*) AS waters, count(*) FILTER (NOT safe) AS unsafe_waters,
       max(assessed_on) FILTER (NOT safe) AS water_assessed_on
FROM water_supply JOIN person USING (person_token) GROUP BY household_id;
CREATE OR REPLACE TEMP TABLE cut_off AS
SELECT household_id, count(*) AS cut_offs, max(kwh_last_month) AS kwh_before
FROM power_usage JOIN person USING (person_token) WHERE disconnected GROUP BY household_id;
CREATE OR REPLACE TEMP TABLE disasters AS
SELECT household_id,
       count(*) FILTER (months_ago(event_on) < 3 AND casualties >= 1) AS with_casualties,
       count(*) FILTER (months_ago(event_on) < 3 AND house_damage IN ('SEVERE', 'COLLAPSED')) AS with_house,
       count(*) FILTER (months_ago(event_on) < 3 AND loss_amount >= 5000) AS with_loss,
       max(casualties) AS casualties, max(loss_amount) AS disaster_loss,
       max(event_on) FILTER (casualties >= 1) AS casualty_on,
       max(event_on) FILTER (house_damage IN ('SEVERE', 'COLLAPSED')) AS house_hit_on,
       max(event_on) FILTER (loss_amount >= 5000) AS loss_on
FROM disaster JOIN person USING (person_token) GROUP BY household_id;
CREATE OR REPLACE TEMP TABLE failures AS
SELECT household_id, max(event) AS industry_event, max(reported_on) AS industry_on,
       count(*) FILTER (months_ago(reported_on) < 6 AND (event = 'FAILED' OR loss_amount >= 5000)) AS failed
FROM industry JOIN person USING (person_token) GROUP BY household_id;
CREATE OR REPLACE TEMP TABLE relieved AS
SELECT household_id, count(*) FILTER (months_ago(granted_on) < 12) AS reliefs,
       max(granted_on) AS relief_on
FROM temporary_relief JOIN person USING (person_token) GROUP BY household_id;
CREATE OR REPLACE TEMP TABLE near AS
SELECT household_id, max(recognised_on) AS near_on,
       count(*) FILTER (coalesce(valid_until, getvariable('period_end')) >= getvariable('period_end')) AS near_valid
FROM near_dibao JOIN person USING (person_token) WHERE status = 'ACTIVE' GROUP BY household_id;
CREATE OR REPLACE TEMP TABLE rigid AS
SELECT household_id, max(recognised_on) AS rigid_on,
       count(*) FILTER (coalesce(valid_until, getvariable('period_end')) >= getvariable('period_end')) AS rigid_valid
FROM rigid_expense JOIN person USING (person_token) WHERE status = 'ACTIVE' GROUP BY household_id;

CREATE OR REPLACE TEMP TABLE families AS
SELECT household_id, bool_or(nameless) AS nameless, max(wage_gap) AS wage_gap,
       sum(coalesce(months_paid, 0)) AS months_paid, coalesce(sum(paid_year), 0) AS wages_paid,
       bool_and(no_registered_work OR coalesce(months_paid, 0) > 0) AS all_workers_paid
FROM member_rules GROUP BY household_id;

CREATE OR REPLACE TEMP TABLE household_rules AS
WITH gaps AS (
    SELECT h.household_id, h.household_no, h.region_code, h.household_type, h.monitored_category,
           h.risk_status, h.risk_kinds, h.member_count, h.net_income, h.claim_income,
           h.eligible_out_of_pocket, h.wage_income, h.income_as_of, h.water_safe, h.as_of,
           f.* EXCLUDE (household_id), greatest(housing_grade_gap, f.nameless::INTEGER) AS housing_gap,
           greatest(water_supply_gap, f.nameless::INTEGER) AS water_gap,
           greatest(power_usage_gap, f.nameless::INTEGER) AS power_gap,
           greatest(disaster_gap, f.nameless::INTEGER) AS disaster_gap,
           greatest(industry_gap, f.nameless::INTEGER) AS industry_gap,
           greatest(temporary_relief_gap, f.nameless::INTEGER) AS relief_gap,
           greatest(near_dibao_gap, f.nameless::INTEGER) AS near_gap,
           greatest(rigid_expense_gap, f.nameless::INTEGER) AS rigid_gap,
           houses.* EXCLUDE (household_id), waters.* EXCLUDE (household_id),
           cut_off.* EXCLUDE (household_id), disasters.* EXCLUDE (household_id),
           failures.* EXCLUDE (household_id), relieved.* EXCLUDE (household_id),
           near.* EXCLUDE (household_id), rigid.* EXCLUDE (household_id),
           CASE WHEN h.region_code[:6] IN ('990101', '990102') THEN 8800
                WHEN h.region_code[:6] = '350526' THEN 19560 WHEN h.region_code[:2] = '52' THEN 7300
                WHEN h.region_code[:2] = '36' THEN 8500 WHEN h.region_code[:2] = '53' THEN 8700
                ELSE 6000 END::DECIMAL(12, 2) AS line
    FROM household h
    JOIN county_gap g ON g.county = h.region_code[:6]
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
           CASE WHEN wage_gap = 0 AND months_paid > 0 AND all_workers_paid THEN wages_paid END AS wages_in_feed,
           monitored_category IS NULL OR coalesce(risk_status, 'ACTIVE') = 'CLEARED' AS not_monitored
    FROM gaps
), income AS (
    SELECT *, CASE WHEN NOT income_is_stale THEN CAST(round(
        (net_income + coalesce(wages_in_feed - wage_income, 0) + claim_income - eligible_out_of_pocket)
        / member_count, 6) AS DECIMAL(18, 6)) END AS per_head
    FROM facts
)
SELECT *,
       CASE WHEN unsafe_houses > 0 THEN TRUE WHEN housing_gap > 0 OR houses IS NULL THEN NULL ELSE FALSE END AS housing_unsafe,
       NOT water_safe AS water_unsafe,
       CASE WHEN unsafe_waters > 0 THEN TRUE WHEN water_gap > 0 OR waters IS NULL THEN NULL ELSE FALSE END AS water_supply_unsafe,
       per_head < line AND risk_kinds IS NOT NULL AND len(risk_kinds) >= 1
           AND coalesce(risk_status, 'ACTIVE') <> 'CLEARED' AS income_below_line,
       per_head >= line AND per_head <= line * 1.3 AND risk_kinds IS NOT NULL AND len(risk_kinds) >= 1
           AND coalesce(risk_status, 'ACTIVE') <> 'CLEARED' AS income_near_line,
       found(cut_offs, power_gap) AS power_disconnected,
       found(with_casualties, disaster_gap) AS disaster_casualty,
       found(with_house, disaster_gap) AS disaster_house,
       found(with_loss, disaster_gap) AS disaster_loss_large,
       found(failed, industry_gap) AS industry_failed,
       CASE WHEN relief_gap = 0 THEN coalesce(reliefs, 0) >= 2 END AS temporary_relief_repeated,
       not_monitored AND found(near_valid, near_gap) AS near_dibao_listed,
       not_monitored AND found(rigid_valid, rigid_gap) AS rigid_expense_listed,
       CASE WHEN wage_gap = 0 THEN wages_paid > wage_income * 1.2 AND wages_paid - wage_income > 6000 END
           AS wages_above_register
FROM income;
