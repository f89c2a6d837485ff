/** Picks the form that a count takes in a language; `#` in it stands for the count. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export function pluralIn(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  const figures = new Intl.NumberFormat(locale);
  return (count, forms) =>
    (forms[rules.select(count)] ?? forms.other).replaceAll('#', figures.format(count));
}
