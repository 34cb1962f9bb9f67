import { ABSENT } from '@bangfu/core';

import { useText } from '../shared/useText';

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/** A compared value as one reads it: money in yuan, yes and no in words, codes as they are. */
export function useClauseValue() {
  const { t, te, money, number } = useText();
  return (value: string | null, unit: string | null): string => {
    if (value === null || value === '') return ABSENT;
    if (value === 'true' || value === 'false') return t(`common.${value === 'true' ? 'yes' : 'no'}`);
    if (!PLAIN_NUMBER.test(value)) return value;
    if (unit === 'yuan') return money(value);
    const figure = number(value);
    return unit ? `${figure} ${te(`units.${unit}`) ? t(`units.${unit}`) : unit}` : figure;
  };
}
