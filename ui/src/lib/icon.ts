/** The type of an icon component. */
import type X from '@lucide/svelte/icons/x';

export type Icon = typeof X;
