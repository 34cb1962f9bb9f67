const STOPS = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex="0"]';

/**
 * Closes what lies over the page and lets go of the keyboard with it: by itself the browser leaves it in there until
 * it draws the page anew, and a key that is pressed before that is lost.
 */
export function shutDialog(dialog: HTMLDialogElement | null): void {
  dialog?.close();
  if (dialog?.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
}

/**
 * What lies over the page has the keys, and the list behind it none of them: Tab goes round, from the last to the
 * first and back, and Escape closes unless a form in it had its own use for it.
 */
export function keepKeysInside(event: KeyboardEvent): void {
  const root = event.currentTarget;
  if (!(root instanceof HTMLDialogElement)) return;
  event.stopPropagation();
  if (event.key === 'Tab') keepTabInside(event, root);
  if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
  event.preventDefault();
  shutDialog(root);
}

function keepTabInside(event: KeyboardEvent, root: HTMLElement): void {
  const stops = [...root.querySelectorAll<HTMLElement>(STOPS)].filter((one) => one.tabIndex >= 0 && one.checkVisibility());
  const place = stops.indexOf(document.activeElement as HTMLElement);
  const isEnd = event.shiftKey ? place <= 0 : place === stops.length - 1;
  if (!isEnd) return;
  event.preventDefault();
  stops.at(event.shiftKey ? -1 : 0)?.focus();
}
