/** Chooses the words before anything that reads them is loaded. */
import { applyLanguage } from '$lib/language';
import './styles/global.css';
import './styles/code.css';
import './styles/starting.css';

await applyLanguage();
const { start } = await import('./start');
await start();
