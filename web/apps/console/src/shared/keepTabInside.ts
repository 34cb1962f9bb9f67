const STOPS = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex="0"]';

/** In what lies over the page Tab goes round, from the last to the first and back. */
export function keepTabInside(event: KeyboardEvent): void {
  const root = event.currentTarget;
  if (event.key !== 'Tab' || !(root instanceof HTMLElement)) return;
  const stops = [...root.querySelectorAll<HTMLElement>(STOPS)].filter((one) => one.tabIndex >= 0 && one.checkVisibility());
  const place = stops.indexOf(document.activeElement as HTMLElement);
  const isEnd = event.shiftKey ? place <= 0 : place === stops.length - 1;
  if (!isEnd) return;
  event.preventDefault();
  stops.at(event.shiftKey ? -1 : 0)?.focus();
}
