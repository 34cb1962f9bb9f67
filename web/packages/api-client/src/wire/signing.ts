export interface PasswordRules {
  min_length: number;
  phrase_length: number;
  classes: number;
  history: number;
  max_age_days: number;
}
