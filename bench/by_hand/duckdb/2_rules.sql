-- The rules of members, then of households: TRUE, FALSE or NULL where nobody can say. Beside them
-- the values that the sentences and the explanation of a clause show; NULL where a feed is not live.

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
           found(on_dibao, dibao_gap) AS has_dibao, found(on_tekun, tekun_gap) AS has_tekun,
           -- Who is not in a list above a threshold may have paid anything below it.
           known(inpatient_year, medical_claim_gap) AS inpatient,
           known(outpatient_month, medical_claim_gap) AS outpatient,
           known(coalesce(paid_year, 0), wage_gap) AS wages_year,
           known(CAST(round(coalesce(paid_before, 0) / 9, 6) AS DECIMAL(18, 6)), wage_gap) AS wage_before,
           known(CAST(round(coalesce(paid_lately, 0) / 3, 6) AS DECIMAL(18, 6)), wage_gap) AS wage_lately
    FROM gaps
)
SELECT household_id, person_id, age::SMALLINT AS age, labour_class, nameless, no_registered_work,
       coalesce(paid_at_all, FALSE) AS paid_at_all, wage_gap::TINYINT AS wage_gap,
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
            WHEN of_school_age IS NULL THEN 1 ELSE 0 END::TINYINT AS roll_why,
       CASE WHEN has_dropped_out IS NULL THEN greatest(school_enrolment_gap, 1)
            WHEN of_school_age IS NULL THEN 1 ELSE 0 END::TINYINT AS dropout_why,
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
           AND wage_lately < CAST(round(wage_before * 0.5, 6) AS DECIMAL(18, 6)) AS wage_fall,
       found(paid_by_public, wage_gap) AS public_payroll,
       found(car_price > 30000, vehicle_gap + coalesce(cars_unpriced, FALSE)::INTEGER) AS vehicle_owned,
       found(machine_price > 50000, machinery_gap + coalesce(machines_unpriced, FALSE)::INTEGER) AS machinery_owned,
       found(estate_kind IS NOT NULL, real_estate_gap) AS real_estate_owned,
       found(company_role IS NOT NULL, market_entity_gap) AS company_owned,
       -- The bank answers only for whom it was asked.
       found(deposits_above, CASE WHEN deposits_above IS NULL THEN 2 ELSE bank_check_gap END) AS deposit_above
FROM facts;

-- What departments say about households, by whichever member they name.
CREATE OR REPLACE TEMP TABLE house_news AS
WITH told AS (
    SELECT person_token, 1 AS house, (resident AND grade IN ('C', 'D'))::INTEGER AS unsafe_house,
           CASE WHEN resident THEN grade END AS worst_grade,
           CASE WHEN resident THEN assessed_on END AS house_assessed_on
    FROM housing_grade
    UNION ALL BY NAME
    SELECT person_token, 1 AS water, (NOT safe)::INTEGER AS unsafe_water,
           CASE WHEN NOT safe THEN assessed_on END AS water_assessed_on
    FROM water_supply
    UNION ALL BY NAME
    SELECT person_token, 1 AS cut_off, kwh_last_month AS kwh_before FROM power_usage WHERE disconnected
    UNION ALL BY NAME
    SELECT person_token,
           (months_ago(event_on) < 3 AND casualties >= 1)::INTEGER AS with_casualty,
           (months_ago(event_on) < 3 AND house_damage IN ('SEVERE', 'COLLAPSED'))::INTEGER AS with_house,
           (months_ago(event_on) < 3 AND loss_amount >= 5000)::INTEGER AS with_loss,
           casualties, loss_amount AS disaster_loss,
           CASE WHEN casualties >= 1 THEN event_on END AS casualty_on,
           CASE WHEN house_damage IN ('SEVERE', 'COLLAPSED') THEN event_on END AS house_hit_on,
           CASE WHEN loss_amount >= 5000 THEN event_on END AS loss_on
    FROM disaster
    UNION ALL BY NAME
    SELECT person_token, event AS industry_event, reported_on AS industry_on,
           (months_ago(reported_on) < 6 AND (event = 'FAILED' OR loss_amount >= 5000))::INTEGER AS failed
    FROM industry
    UNION ALL BY NAME
    SELECT person_token, (strftime(granted_on, '%Y-%m') > getvariable('year_ago'))::INTEGER AS relief, granted_on AS relief_on
    FROM temporary_relief
    UNION ALL BY NAME
    SELECT person_token, recognised_on AS near_on,
           (coalesce(valid_until, getvariable('period_end')) >= getvariable('period_end'))::INTEGER AS near_valid
    FROM near_dibao WHERE status = 'ACTIVE'
    UNION ALL BY NAME
    SELECT person_token, recognised_on AS rigid_on,
           (coalesce(valid_until, getvariable('period_end')) >= getvariable('period_end'))::INTEGER AS rigid_valid
    FROM rigid_expense WHERE status = 'ACTIVE'
)
SELECT household_id, sum(house) AS houses, sum(unsafe_house) AS unsafe_houses,
       max(worst_grade) AS worst_grade, max(house_assessed_on) AS house_assessed_on,
       sum(water) AS waters, sum(unsafe_water) AS unsafe_waters,
       max(water_assessed_on) AS water_assessed_on, sum(cut_off) AS cut_offs,
       max(kwh_before) AS kwh_before, sum(with_casualty) AS with_casualties,
       sum(with_house) AS with_house, sum(with_loss) AS with_loss, max(casualties) AS casualties,
       max(disaster_loss) AS disaster_loss, max(casualty_on) AS casualty_on,
       max(house_hit_on) AS house_hit_on, max(loss_on) AS loss_on,
       max(industry_event) AS industry_event, max(industry_on) AS industry_on, sum(failed) AS failed,
       sum(relief) AS reliefs, max(relief_on) AS relief_on, max(near_on) AS near_on,
       sum(near_valid) AS near_valid, max(rigid_on) AS rigid_on, sum(rigid_valid) AS rigid_valid
FROM told JOIN person USING (person_token) GROUP BY household_id;

CREATE OR REPLACE TEMP TABLE families AS
SELECT household_id, bool_or(nameless) AS nameless, max(wage_gap) AS wage_gap,
       bool_or(paid_at_all) AS paid_at_all, sum(wages_year) AS wages_paid,
       bool_and(no_registered_work OR paid_at_all) AS all_workers_paid
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
           n.* EXCLUDE (household_id),
           CASE WHEN h.region_code[:6] IN ('990101', '990102') THEN 8800
                WHEN h.region_code[:6] = '350526' THEN 19560 WHEN h.region_code[:2] = '52' THEN 7300
                WHEN h.region_code[:2] = '36' THEN 8500 WHEN h.region_code[:2] = '53' THEN 8700
                ELSE 6000 END::DECIMAL(12, 2) AS line
    FROM household h
    JOIN county_gap g ON g.county = h.region_code[:6]
    JOIN families f ON f.household_id = h.household_id
    LEFT JOIN house_news n ON n.household_id = h.household_id
), facts AS (
    SELECT *, months_ago(income_as_of) > 18 AS income_is_stale,
           -- Wages paid stand for the registered ones where they are whole.
           CASE WHEN wage_gap = 0 AND paid_at_all AND all_workers_paid THEN wages_paid END AS wages_in_feed,
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
       found(cut_offs > 0, power_gap) AS power_disconnected,
       found(with_casualties > 0, disaster_gap) AS disaster_casualty,
       found(with_house > 0, disaster_gap) AS disaster_house,
       found(with_loss > 0, disaster_gap) AS disaster_loss_large,
       found(failed > 0, industry_gap) AS industry_failed,
       CASE WHEN relief_gap = 0 THEN coalesce(reliefs, 0) >= 2 END AS temporary_relief_repeated,
       not_monitored AND found(near_valid > 0, near_gap) AS near_dibao_listed,
       not_monitored AND found(rigid_valid > 0, rigid_gap) AS rigid_expense_listed,
       CASE WHEN wage_gap = 0 THEN wages_paid > wage_income * 1.2 AND wages_paid - wage_income > 6000 END
           AS wages_above_register
FROM income;
