-- One row per member: facts of the register, what the feeds say, why they may be silent.

CREATE OR REPLACE TEMP TABLE authorised AS
SELECT DISTINCT person_token FROM paper
WHERE signed_on <= getvariable('period_end')
  AND (expires_on IS NULL OR expires_on >= getvariable('period_end'));

CREATE OR REPLACE TEMP TABLE claims AS
SELECT person_token,
       max(self_paid_year) FILTER (visit_kind = 'INPATIENT') AS inpatient_year,
       sum(self_paid) FILTER (visit_kind IN ('OUTPATIENT', 'CHRONIC')) AS outpatient_month
FROM medical_claim GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE insured AS
SELECT DISTINCT person_token, TRUE AS insured FROM medical_enrolment WHERE status = 'INSURED';

CREATE OR REPLACE TEMP TABLE pupils AS
SELECT person_token, count(*) AS on_roll,
       count(*) FILTER (status = 'DROPOUT') AS dropped_out,
       max(status_on) FILTER (status = 'DROPOUT') AS dropped_out_on,
       count(*) FILTER (status = 'DROPOUT' AND status_on IS NULL) AS undated_dropout
FROM school_enrolment GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE costs AS
SELECT person_token, max(net_cost) AS school_cost
FROM school_cost WHERE public_school AND stage IN ('SENIOR', 'VOCATIONAL') GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE dibao_people AS
SELECT person_token,
       count(*) FILTER (status = 'STOPPED' AND months_ago(ended_on) < 3) AS dibao_just_stopped,
       count(*) FILTER (status = 'ACTIVE') AS on_dibao,
       max(ended_on) FILTER (status = 'STOPPED') AS dibao_ended_on
FROM dibao GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE tekun_people AS
SELECT person_token,
       count(*) FILTER (status = 'STOPPED' AND months_ago(ended_on) < 3) AS tekun_just_stopped,
       count(*) FILTER (status = 'ACTIVE') AS on_tekun,
       max(ended_on) FILTER (status = 'STOPPED') AS tekun_ended_on
FROM tekun GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE dead AS
SELECT person_token, max(died_on) AS died_on, min(months_ago(died_on)) AS dead_at_least,
       max(months_ago(died_on)) AS dead_at_most
FROM death GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE certified AS
SELECT person_token, max(kind) AS disability, max(grade) AS lightest, min(grade) AS heaviest,
       max(issued_on) AS issued_on, count(*) FILTER (months_ago(issued_on) < 3) AS just_certified,
       count(*) FILTER (months_ago(issued_on) < 3 AND grade IN ('GRADE_1', 'GRADE_2'))
           AS just_severe
FROM disability_certificate WHERE status = 'VALID' GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE ill AS
SELECT person_token, max(diagnosed_on) AS diagnosed_on,
       count(*) FILTER (months_ago(diagnosed_on) < 3) AS just_diagnosed
FROM serious_disease GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE jobless AS
SELECT person_token, max(unemployed_on) AS unemployed_on,
       count(*) FILTER (months_ago(unemployed_on) < 6) AS just_unemployed
FROM employment WHERE status = 'UNEMPLOYED' GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE posts AS
SELECT person_token, max(ended_on) AS post_ended_on, max(monthly_pay) AS post_pay,
       count(*) FILTER (ended_on <= getvariable('period_end')
           AND strftime(ended_on, '%Y-%m') >= getvariable('last_month')) AS post_just_ended,
       count(*) FILTER (ended_on IS NULL OR ended_on > getvariable('period_end')) AS post_running
FROM public_post GROUP BY person_token;

-- Asset data: nobody is looked at without an authorisation.
CREATE OR REPLACE TEMP TABLE paid AS
SELECT person_token,
       count(*) FILTER (month >= getvariable('year_ago') AND month <= getvariable('last_month')) AS months_paid,
       coalesce(sum(amount) FILTER (month >= getvariable('year_ago') AND month <= getvariable('last_month')), 0) AS paid_year,
       coalesce(sum(amount) FILTER (month >= getvariable('year_ago') AND month < getvariable('quarter_ago')), 0) AS paid_before,
       coalesce(sum(amount) FILTER (month >= getvariable('quarter_ago') AND month <= getvariable('last_month')), 0) AS paid_lately,
       count(*) FILTER (payer_kind = 'PUBLIC' AND month >= getvariable('year_ago') AND month <= getvariable('last_month')) AS paid_by_public,
       max(month) FILTER (payer_kind = 'PUBLIC') AS last_public_month
FROM wage SEMI JOIN authorised USING (person_token) GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE cars AS
SELECT person_token, max(price) AS car_price, count(*) FILTER (price IS NULL) AS cars_unpriced
FROM vehicle SEMI JOIN authorised USING (person_token) GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE estates AS
SELECT person_token, max(kind) AS estate_kind, max(area) AS estate_area
FROM real_estate SEMI JOIN authorised USING (person_token)
WHERE kind IN ('COMMERCIAL_HOUSING', 'SHOP') GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE companies AS
SELECT person_token, max(role) AS company_role, max(capital) AS company_capital
FROM market_entity SEMI JOIN authorised USING (person_token)
WHERE kind = 'COMPANY' AND status = 'ACTIVE' GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE machines AS
SELECT person_token, max(price) AS machine_price, count(*) FILTER (price IS NULL) AS machines_unpriced
FROM machinery SEMI JOIN authorised USING (person_token) GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE banked AS
SELECT person_token, count(*) FILTER (exceeds) AS deposits_above,
       max(asked_amount) FILTER (exceeds) AS asked_amount,
       max(checked_on) FILTER (exceeds) AS checked_on
FROM bank_check SEMI JOIN authorised USING (person_token) GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE people AS
SELECT p.household_id, p.person_id, p.person_token, h.household_type, p.labour_class,
       date_sub('year', p.birth_on, getvariable('period_end')) AS age,
       p.resident_medical, p.employee_medical,
       coalesce(p.work_months, 0) = 0 AND coalesce(p.monthly_wage, 0) = 0 AS no_registered_work,
       a.person_token IS NOT NULL AS authorised,
       p.person_token IS NULL AS nameless,
       g.* EXCLUDE (county),
       claims.* EXCLUDE (person_token), coalesce(insured.insured, FALSE) AS insured,
       pupils.* EXCLUDE (person_token), costs.* EXCLUDE (person_token),
       d.* EXCLUDE (person_token), t.* EXCLUDE (person_token), dead.* EXCLUDE (person_token),
       certified.* EXCLUDE (person_token), ill.* EXCLUDE (person_token),
       jobless.* EXCLUDE (person_token), posts.* EXCLUDE (person_token),
       paid.* EXCLUDE (person_token), cars.* EXCLUDE (person_token),
       estates.* EXCLUDE (person_token), companies.* EXCLUDE (person_token),
       machines.* EXCLUDE (person_token), banked.* EXCLUDE (person_token)
FROM person p
JOIN household h ON h.household_id = p.household_id
JOIN county_gap g ON g.county = h.region_code[:6]
LEFT JOIN authorised a ON a.person_token = p.person_token
LEFT JOIN claims ON claims.person_token = p.person_token
LEFT JOIN insured ON insured.person_token = p.person_token
LEFT JOIN pupils ON pupils.person_token = p.person_token
LEFT JOIN costs ON costs.person_token = p.person_token
LEFT JOIN dibao_people d ON d.person_token = p.person_token
LEFT JOIN tekun_people t ON t.person_token = p.person_token
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
LEFT JOIN banked ON banked.person_token = p.person_token;
