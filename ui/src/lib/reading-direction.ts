/** The key as it is meant: where text runs to the left, the arrow to the left goes forth. */
export function keyAlongText(key: string): string {
  if (document.documentElement.dir !== 'rtl') return key;
  return { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }[key] ?? key;
}
