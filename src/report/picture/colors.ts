/** Colours by what they mean; text in each of them has a contrast of 4.5 or more on the ground of its scheme. */
const LIGHT = {
  ground: '#ffffff',
  ink: '#1f2328',
  faint: '#57606a',
  grid: '#d8dee4',
  line: '#0550ae',
  alarm: '#b3161f',
  pass: '#116329',
  doubt: '#7d4e00',
  band: '#6e7781',
  raised: '#f4f6f8',
};

const DARK: typeof LIGHT = {
  ground: '#0d1117',
  ink: '#e6edf3',
  faint: '#a3acb6',
  grid: '#30363d',
  line: '#79b8ff',
  alarm: '#ff8f87',
  pass: '#6bdc79',
  doubt: '#e3b341',
  band: '#a3acb6',
  raised: '#161b22',
};

/** Custom properties for `scope`, light and dark; paper is always light. */
export function colorStyle(scope: string): string {
  const properties = (colors: typeof LIGHT) =>
    Object.entries(colors)
      .map(([name, color]) => `--${name}:${color}`)
      .join(';');
  return `${scope}{${properties(LIGHT)}}
@media screen and (prefers-color-scheme:dark){${scope}{${properties(DARK)}}}`;
}

/** How the parts of a panel look. */
export const PANEL_STYLE = `
text{font:12px system-ui,sans-serif;fill:var(--faint)}
text.title{font-size:14px;font-weight:600;fill:var(--ink)}
text.alarm{fill:var(--alarm);font-weight:600}
.band{fill:var(--band);fill-opacity:.05}
.band.odd{fill-opacity:.16}
.grid{stroke:var(--grid)}
.axis{stroke:var(--faint)}
.line{fill:none;stroke:var(--line);stroke-width:2;stroke-linejoin:round}
.thin{stroke-width:1;stroke-opacity:.7}
.dashed{stroke-dasharray:6 4}
.dotted{stroke-dasharray:2 3}
.dot,.reading{fill:var(--line)}
.limit{stroke:var(--alarm);stroke-width:1.5}
.forecast{stroke:var(--alarm);stroke-width:2;stroke-dasharray:4 4}
.crossing{fill:var(--alarm)}`;
