// Before the first paint: the theme that was chosen, so that no other one flashes up.
try {
  const theme = localStorage.getItem('undercroft.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's theme is shown until the settings are read.
}
