/**
 * Whether a search text is (or begins to be) a citizen's ID number. Such a text must never enter
 * the address bar, where it would stay in the browser's history.
 */
export function looksLikeIdNumber(text: string): boolean {
  const plain = text.normalize('NFKC').replace(/[\s-]/g, '');
  return /^\d{6}(1[89]|20)\d{2}(0[1-9]|1[0-2])\d{2}\d{0,3}[\dXx]?$/.test(plain) || /^\d{15}$|^\d{17}[\dXx]$/.test(plain);
}
