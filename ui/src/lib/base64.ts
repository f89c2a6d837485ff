/** Base64, both ways, for bytes of any length. */
const CHUNK = 0x8000;

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  // Spread over too many arguments, a call overflows the stack.
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

export function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
}
