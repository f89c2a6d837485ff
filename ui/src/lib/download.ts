/** Hands files to the browser. The window has no downloads: there, files are saved by name. */
import { decodeBase64 } from './base64';

export function downloadText(fileName: string, text: string, type = 'text/plain'): void {
  download(fileName, new Blob([text], { type: `${type};charset=utf-8` }));
}

export function downloadBase64(fileName: string, base64: string, type: string): void {
  download(fileName, new Blob([decodeBase64(base64)], { type }));
}

function download(fileName: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}
