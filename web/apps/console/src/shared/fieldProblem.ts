/** What is wrong with a field, as a key of its words and what they name. */
export interface FieldProblem {
  key: 'missing' | 'missingChoice' | 'tooEarly' | 'tooLate' | 'tooSmall' | 'tooLarge' | 'wrong';
  limit: string;
}

/** What of a browser's field this needs to know. */
export interface Checked {
  type: string;
  value: string;
  required: boolean;
  min?: string;
  max?: string;
  validity: Pick<ValidityState, 'valid' | 'valueMissing' | 'rangeUnderflow' | 'rangeOverflow'>;
}

/** Blanks are no words, whatever the browser says of them. */
export function problemOf(field: Checked): FieldProblem | null {
  const { validity, min = '', max = '' } = field;
  if (validity.valueMissing || (field.required && field.value.trim() === '')) return { key: 'missing', limit: '' };
  if (validity.valid) return null;
  const isDate = field.type === 'date';
  if (validity.rangeUnderflow) return { key: isDate ? 'tooEarly' : 'tooSmall', limit: min };
  if (validity.rangeOverflow) return { key: isDate ? 'tooLate' : 'tooLarge', limit: max };
  return { key: 'wrong', limit: '' };
}
