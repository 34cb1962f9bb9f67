/**
 * Whether a search text is (or begins to be) a citizen's ID number, or holds a telephone number or a
 * bank card. Such a text must never enter the address bar, where it would stay in the browser's history.
 */
export function looksLikeIdNumber(text: string): boolean {
  const plain = text.normalize('NFKC').replace(/[\s-]/g, '');
  return (
    /^\d{6}(1[89]|20)\d{2}(0[1-9]|1[0-2])\d{2}\d{0,3}[\dXx]?$/.test(plain) ||
    /^\d{15}$|^\d{17}[\dXx]$/.test(plain) ||
    holdsNumber(text)
  );
}

const DAY = String.raw`(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])`;
const SOMEBODYS = new RegExp(
  [
    String.raw`\d{6}(?:1[89]|20)\d{2}${DAY}\d{3}[\dXx]`,
    String.raw`[1-9]\d{7}${DAY}\d{3}`,
    String.raw`(?:00)?(?:86)?1[3-9]\d{9}`,
    String.raw`0[1-9]\d{1,2}[2-9]\d{6,7}`,
    // A number that begins like a county of 甘肃 (6201… to 6230…) is a household's.
    String.raw`62(?!0|1[012]|29|30)\d{14,17}`,
  ]
    .map((form) => `^${form}$`)
    .join('|'),
);

/** An identifier of ours, which may end in twelve digits that look like a telephone number. */
const IDENTIFIER = /(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])/gi;

/** Whether a text has in it what looks like an ID number, a telephone number or a bank card. */
export function holdsNumber(text: string): boolean {
  const plain = text.normalize('NFKC').replace(IDENTIFIER, ' ');
  const runs = plain.match(/(?<![0-9A-Za-z])\d{10,19}[Xx]?(?![0-9A-Za-z])/g) ?? [];
  return [...runs, plain.replace(/[\s\-+.()]/g, '')].some((one) => SOMEBODYS.test(one));
}
