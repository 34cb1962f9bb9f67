/**
 * Where the keyboard is, kept in mind so that it can be given back: a form that took the place of its button
 * returns to it, and a button that is out of use while it works has the keyboard again afterwards.
 */
interface Place {
  element: HTMLElement;
  name: string;
  /** From the inside out, as it was: what is taken off the page forgets what it stood in. */
  around: HTMLElement[];
}

const BUTTONS = 'button:not(:disabled), a[href]';
let last: Place | null = null;

function nameOf(element: Element): string {
  return element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
}

function remember(element: HTMLElement): void {
  const around: HTMLElement[] = [];
  for (let one = element.parentElement; one; one = one.parentElement) around.push(one);
  last = { element, name: nameOf(element), around };
}

/** Whether nothing that one could use has the keyboard: at most a part of the page as a whole. */
export function isNowhere(element: Element | null = document.activeElement): boolean {
  return !element || element === document.body || element.matches('main, .worklist__detail, .next-step');
}

export function startKeepingPlace(): void {
  document.addEventListener('focusin', ({ target }) => {
    // What hangs from a button goes away again: the place is that button.
    if (target instanceof HTMLElement && !target.closest('.el-popper')) remember(target);
  });
  const observer = new MutationObserver((changes) => {
    if (!last || document.activeElement !== document.body) return;
    if (!last.element.isConnected) goBackFromNowhere();
    else if (changes.some(({ target }) => target === last?.element) && !last.element.matches(':disabled')) {
      last.element.focus({ preventScroll: true });
    }
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] });
}

/** What had the keyboard is gone, a button that did its work say. A form or panel that closes goes back by itself. */
function goBackFromNowhere(): void {
  const back = wayBack();
  last = null;
  window.setTimeout(() => {
    if (document.activeElement === document.body) back();
  });
}

/** What was done may have taken the button with it; the way to undo it is the next thing to reach for. */
const UNDO = '.undo-bar button';

/** The way back to where the keyboard is now: there, to the button that came in its stead, or to what they stood in. */
export function wayBack(): () => void {
  const place = last;
  return () => {
    if (!place) return;
    const { element, name, around } = place;
    if (element.isConnected && element.checkVisibility() && !element.matches(':disabled')) {
      element.focus();
      return;
    }
    const held = around.filter((one) => one.isConnected);
    const same = [...(held[0]?.querySelectorAll<HTMLElement>(BUTTONS) ?? [])].filter((one) => nameOf(one) === name);
    // A row that is gone took its button along: one of the same word stands in another row, for somebody else.
    const isRowGone = around.some((one) => one.matches('tr, li') && !one.isConnected);
    const again = isRowGone && same.length > 1 ? undefined : same[0];
    const next = again ?? document.querySelector<HTMLElement>(UNDO);
    (next ?? held.find((one) => one.hasAttribute('tabindex')))?.focus({ preventScroll: !next });
  };
}
