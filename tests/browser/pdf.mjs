/** Small PDFs, written by hand: text on pages, and what a page must leave alone. */

/**
 * A PDF with a page for each line: the line in large letters, above a filled box. When it is opened it asks
 * for a script, and each page has a link that leads away.
 * @param {string[]} lines
 */
export function makePdf(lines) {
  const pages = lines.map((_, index) => 5 + 2 * index);
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>',
    `<< /Type /Pages /Kids [${pages.map((page) => `${page} 0 R`).join(' ')}] /Count ${lines.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Annot /Subtype /Link /Rect [50 50 545 790] /A << /S /URI /URI (https://example.org/) >> >>',
    ...lines.flatMap((line, index) => {
      const drawn = `BT /F 48 Tf 60 700 Td (${line}) Tj ET 0.6 0.2 0.1 rg 60 400 300 200 re f`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] /Contents ${pages[index] + 1} 0 R ` +
          '/Resources << /Font << /F 3 0 R >> >> >>',
        `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
      ];
    }),
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  return `${text}${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
}
