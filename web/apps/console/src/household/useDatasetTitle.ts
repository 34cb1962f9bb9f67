import { useOverview } from '../overview/useOverview';
import { useText } from '../shared/useText';

/** The words for a dataset's id; an unheard-of one keeps its id, which can at least be looked up. */
export function useDatasetTitle() {
  const { t, both } = useText();
  const { data } = useOverview();
  return (dataset: string): string => {
    const feed = data.value?.feeds.find((item) => item.dataset === dataset);
    if (feed) return both(feed, 'title');
    return dataset.startsWith('registry') ? t('household.registry') : dataset;
  };
}
