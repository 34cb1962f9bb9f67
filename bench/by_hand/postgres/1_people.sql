-- One row per member: facts of the register, what the feeds say, why they may be silent.

CREATE UNLOGGED TABLE authorised AS
SELECT DISTINCT person_token FROM paper
WHERE signed_on <= :period_end
  AND (expires_on IS NULL OR expires_on >= :period_end);

CREATE UNLOGGED TABLE claims AS
SELECT person_token,
       max(self_paid_year) FILTER (WHERE visit_kind = 'INPATIENT') AS inpatient_year,
       sum(self_paid) FILTER (WHERE visit_kind IN ('OUTPATIENT', 'CHRONIC')) AS outpatient_month
FROM medical_claim GROUP BY person_token;

CREATE UNLOGGED TABLE insured AS
SELECT DISTINCT person_token FROM medical_enrolment WHERE status = 'INSURED';

CREATE UNLOGGED TABLE pupils AS
SELECT person_token, TRUE AS on_roll,
       bool_or(status = 'DROPOUT') AS dropped_out,
       max(status_on) FILTER (WHERE status = 'DROPOUT') AS dropped_out_on,
       bool_or(status = 'DROPOUT' AND status_on IS NULL) AS undated_dropout
FROM school_enrolment GROUP BY person_token;

CREATE UNLOGGED TABLE costs AS
SELECT person_token, max(net_cost) AS school_cost
FROM school_cost WHERE public_school AND stage IN ('SENIOR', 'VOCATIONAL') GROUP BY person_token;

CREATE UNLOGGED TABLE dibao_people AS
SELECT person_token,
       bool_or(status = 'STOPPED' AND months_ago(ended_on) < 3) AS dibao_just_stopped,
       bool_or(status = 'ACTIVE') AS on_dibao,
       max(ended_on) FILTER (WHERE status = 'STOPPED') AS dibao_ended_on
FROM dibao GROUP BY person_token;

CREATE UNLOGGED TABLE tekun_people AS
SELECT person_token,
       bool_or(status = 'STOPPED' AND months_ago(ended_on) < 3) AS tekun_just_stopped,
       bool_or(status = 'ACTIVE') AS on_tekun,
       max(ended_on) FILTER (WHERE status = 'STOPPED') AS tekun_ended_on
FROM tekun GROUP BY person_token;

CREATE UNLOGGED TABLE dead AS
SELECT person_token, max(died_on) AS died_on, min(months_ago(died_on)) AS dead_at_least,
       max(months_ago(died_on)) AS dead_at_most
FROM death GROUP BY person_token;

CREATE UNLOGGED TABLE certified AS
SELECT person_token, max(kind) AS disability, max(grade) AS lightest, min(grade) AS heaviest,
       max(issued_on) AS issued_on, bool_or(months_ago(issued_on) < 3) AS just_certified,
       bool_or(months_ago(issued_on) < 3 AND grade IN ('GRADE_1', 'GRADE_2')) AS just_severe
FROM disability_certificate WHERE status = 'VALID' GROUP BY person_token;

CREATE UNLOGGED TABLE ill AS
SELECT person_token, max(diagnosed_on) AS diagnosed_on,
       bool_or(months_ago(diagnosed_on) < 3) AS just_diagnosed
FROM serious_disease GROUP BY person_token;

CREATE UNLOGGED TABLE jobless AS
SELECT person_token, max(unemployed_on) AS unemployed_on,
       bool_or(months_ago(unemployed_on) < 6) AS just_unemployed
FROM employment WHERE status = 'UNEMPLOYED' GROUP BY person_token;

CREATE UNLOGGED TABLE posts AS
SELECT person_token, max(ended_on) AS post_ended_on, max(monthly_pay) AS post_pay,
       bool_or(ended_on <= :period_end
           AND to_char(ended_on, 'YYYY-MM') >= :last_month) AS post_just_ended,
       bool_or(ended_on IS NULL OR ended_on > :period_end) AS post_running
FROM public_post GROUP BY person_token;

-- Asset data: nobody is looked at without an authorisation.
CREATE UNLOGGED TABLE paid AS
SELECT person_token,
       bool_or(month >= :year_ago AND month <= :last_month) AS paid_at_all,
       coalesce(sum(amount) FILTER (WHERE month >= :year_ago AND month <= :last_month), 0) AS paid_year,
       coalesce(sum(amount) FILTER (WHERE month >= :year_ago AND month < :quarter_ago), 0) AS paid_before,
       coalesce(sum(amount) FILTER (WHERE month >= :quarter_ago AND month <= :last_month), 0) AS paid_lately,
       bool_or(payer_kind = 'PUBLIC' AND month >= :year_ago AND month <= :last_month) AS paid_by_public,
       max(month) FILTER (WHERE payer_kind = 'PUBLIC') AS last_public_month
FROM wage JOIN authorised USING (person_token) GROUP BY person_token;

CREATE UNLOGGED TABLE cars AS
SELECT person_token, max(price) AS car_price, bool_or(price IS NULL) AS cars_unpriced
FROM vehicle JOIN authorised USING (person_token) GROUP BY person_token;

CREATE UNLOGGED TABLE estates AS
SELECT person_token, max(kind) AS estate_kind, max(area) AS estate_area
FROM real_estate JOIN authorised USING (person_token)
WHERE kind IN ('COMMERCIAL_HOUSING', 'SHOP') GROUP BY person_token;

CREATE UNLOGGED TABLE companies AS
SELECT person_token, max(role) AS company_role, max(capital) AS company_capital
FROM market_entity JOIN authorised USING (person_token)
WHERE kind = 'COMPANY' AND status = 'ACTIVE' GROUP BY person_token;

CREATE UNLOGGED TABLE machines AS
SELECT person_token, max(price) AS machine_price, bool_or(price IS NULL) AS machines_unpriced
FROM machinery JOIN authorised USING (person_token) GROUP BY person_token;

CREATE UNLOGGED TABLE banked AS
SELECT person_token, bool_or(exceeds) AS deposits_above,
       max(asked_amount) FILTER (WHERE exceeds) AS asked_amount,
       max(checked_on) FILTER (WHERE exceeds) AS checked_on
FROM bank_check JOIN authorised USING (person_token) GROUP BY person_token;

