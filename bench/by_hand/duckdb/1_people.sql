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
SELECT DISTINCT person_token FROM medical_enrolment WHERE status = 'INSURED';

CREATE OR REPLACE TEMP TABLE pupils AS
SELECT person_token, TRUE AS on_roll,
       bool_or(status = 'DROPOUT') AS dropped_out,
       max(status_on) FILTER (status = 'DROPOUT') AS dropped_out_on,
       bool_or(status = 'DROPOUT' AND status_on IS NULL) AS undated_dropout
FROM school_enrolment GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE costs AS
SELECT person_token, max(net_cost) AS school_cost
FROM school_cost WHERE public_school AND stage IN ('SENIOR', 'VOCATIONAL') GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE dibao_people AS
SELECT person_token,
       bool_or(status = 'STOPPED' AND months_ago(ended_on) < 3) AS dibao_just_stopped,
       bool_or(status = 'ACTIVE') AS on_dibao,
       max(ended_on) FILTER (status = 'STOPPED') AS dibao_ended_on
FROM dibao GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE tekun_people AS
SELECT person_token,
       bool_or(status = 'STOPPED' AND months_ago(ended_on) < 3) AS tekun_just_stopped,
       bool_or(status = 'ACTIVE') AS on_tekun,
       max(ended_on) FILTER (status = 'STOPPED') AS tekun_ended_on
FROM tekun GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE dead AS
SELECT person_token, max(died_on) AS died_on, min(months_ago(died_on)) AS dead_at_least,
       max(months_ago(died_on)) AS dead_at_most
FROM death GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE certified AS
SELECT person_token, max(kind) AS disability, max(grade) AS lightest, min(grade) AS heaviest,
       max(issued_on) AS issued_on, bool_or(months_ago(issued_on) < 3) AS just_certified,
       bool_or(months_ago(issued_on) < 3 AND grade IN ('GRADE_1', 'GRADE_2')) AS just_severe
FROM disability_certificate WHERE status = 'VALID' GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE ill AS
SELECT person_token, max(diagnosed_on) AS diagnosed_on,
       bool_or(months_ago(diagnosed_on) < 3) AS just_diagnosed
FROM serious_disease GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE jobless AS
SELECT person_token, max(unemployed_on) AS unemployed_on,
       bool_or(months_ago(unemployed_on) < 6) AS just_unemployed
FROM employment WHERE status = 'UNEMPLOYED' GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE posts AS
SELECT person_token, max(ended_on) AS post_ended_on, max(monthly_pay) AS post_pay,
       bool_or(ended_on <= getvariable('period_end')
           AND strftime(ended_on, '%Y-%m') >= getvariable('last_month')) AS post_just_ended,
       bool_or(ended_on IS NULL OR ended_on > getvariable('period_end')) AS post_running
FROM public_post GROUP BY person_token;

-- Asset data: nobody is looked at without an authorisation.
CREATE OR REPLACE TEMP TABLE paid AS
SELECT person_token,
       bool_or(month >= getvariable('year_ago') AND month <= getvariable('last_month')) AS paid_at_all,
       coalesce(sum(amount) FILTER (month >= getvariable('year_ago') AND month <= getvariable('last_month')), 0) AS paid_year,
       coalesce(sum(amount) FILTER (month >= getvariable('year_ago') AND month < getvariable('quarter_ago')), 0) AS paid_before,
       coalesce(sum(amount) FILTER (month >= getvariable('quarter_ago') AND month <= getvariable('last_month')), 0) AS paid_lately,
       bool_or(payer_kind = 'PUBLIC' AND month >= getvariable('year_ago') AND month <= getvariable('last_month')) AS paid_by_public,
       max(month) FILTER (payer_kind = 'PUBLIC') AS last_public_month
FROM wage SEMI JOIN authorised USING (person_token) GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE cars AS
SELECT person_token, max(price) AS car_price, bool_or(price IS NULL) AS cars_unpriced
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
SELECT person_token, max(price) AS machine_price, bool_or(price IS NULL) AS machines_unpriced
FROM machinery SEMI JOIN authorised USING (person_token) GROUP BY person_token;

CREATE OR REPLACE TEMP TABLE banked AS
SELECT person_token, bool_or(exceeds) AS deposits_above,
       max(asked_amount) FILTER (exceeds) AS asked_amount,
       max(checked_on) FILTER (exceeds) AS checked_on
FROM bank_check SEMI JOIN authorised USING (person_token) GROUP BY person_token;

-- Few members stand in any list: one row for each of those, then one join for all lists.
CREATE OR REPLACE TEMP TABLE news AS
SELECT person_token, any_value(COLUMNS(* EXCLUDE (person_token)))
FROM (FROM claims UNION ALL BY NAME FROM pupils UNION ALL BY NAME FROM costs
      UNION ALL BY NAME FROM dibao_people UNION ALL BY NAME FROM tekun_people
      UNION ALL BY NAME FROM dead UNION ALL BY NAME FROM certified UNION ALL BY NAME FROM ill
      UNION ALL BY NAME FROM jobless UNION ALL BY NAME FROM posts UNION ALL BY NAME FROM paid
      UNION ALL BY NAME FROM cars UNION ALL BY NAME FROM estates UNION ALL BY NAME FROM companies
      UNION ALL BY NAME FROM machines UNION ALL BY NAME FROM banked)
GROUP BY person_token;

CREATE OR REPLACE TEMP VIEW people AS
SELECT p.household_id, p.person_id, p.person_token, h.household_type, p.labour_class,
       date_sub('year', p.birth_on, getvariable('period_end')) AS age,
       p.resident_medical, p.employee_medical,
       coalesce(p.work_months, 0) = 0 AND coalesce(p.monthly_wage, 0) = 0 AS no_registered_work,
       a.person_token IS NOT NULL AS authorised,
       p.person_token IS NULL AS nameless,
       insured.person_token IS NOT NULL AS insured,
       g.* EXCLUDE (county), news.* EXCLUDE (person_token)
FROM person p
JOIN household h ON h.household_id = p.household_id
JOIN county_gap g ON g.county = h.region_code[:6]
LEFT JOIN authorised a ON a.person_token = p.person_token
LEFT JOIN insured ON insured.person_token = p.person_token
LEFT JOIN news ON news.person_token = p.person_token;
