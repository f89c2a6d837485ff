/** An estimate of how hard a password is to guess, as a hint while it is typed. */

const COMMON = [
  'password',
  'passwort',
  'qwerty',
  'asdf',
  'letmein',
  'welcome',
  'undercroft',
  '12345',
];

/** The strength from 0 (far too short) to 4 (strong), by the guesses that an attacker needs. */
export function passwordStrength(password: string): 0 | 1 | 2 | 3 | 4 {
  if (password.length < 6) return 0;
  const bits = effectiveLength(password) * Math.log2(alphabet(password));
  if (bits < 36) return 1;
  if (bits < 50) return 2;
  return bits < 68 ? 3 : 4;
}

function alphabet(password: string): number {
  let size = 0;
  if (/[a-z]/.test(password)) size += 26;
  if (/[A-Z]/.test(password)) size += 26;
  if (/\d/.test(password)) size += 10;
  if (/[^a-zA-Z\d]/.test(password)) size += 32;
  return Math.max(size, 2);
}

/** Repeats, runs such as `abc` or `321`, and well-known words count for little. */
function effectiveLength(password: string): number {
  const lower = password.toLowerCase();
  const known = COMMON.filter((word) => lower.includes(word)).join('').length;
  let length = 0;
  for (let index = 0; index < lower.length; index += 1) {
    const step = lower.charCodeAt(index) - lower.charCodeAt(index - 1);
    length += Math.abs(step) <= 1 ? 0.25 : 1;
  }
  return Math.max(1, length - known * 0.85);
}
