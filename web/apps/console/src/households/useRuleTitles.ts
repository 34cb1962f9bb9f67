import { useOverview } from '../overview/useOverview';
import { useText } from '../shared/useText';

/** The words for a rule's id, as the overview of the same place and month knows them. */
export function useRuleTitles() {
  const { both } = useText();
  const { data } = useOverview();
  return (id: string): string => {
    const rule = data.value?.by_rule.find((item) => item.rule_id === id);
    return rule ? both(rule, 'title') : id;
  };
}
