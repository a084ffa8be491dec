import { colorStyle, PANEL_STYLE } from '../picture/colors.js';

/** The whole style of the page. No character in it needs escaping, because HTML would not undo that. */
export const PAGE_STYLE = `${colorStyle(':root')}${PANEL_STYLE}
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:24px 20px 48px;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{margin:0;font-size:clamp(20px,3.2vw,30px);line-height:1.25}
h1,h2,h3,p,li,dd,code{overflow-wrap:anywhere}
h1{border-left:8px solid;padding-left:14px}
.pass{color:var(--pass)}
h1.fail,h1.error{color:var(--alarm)}
h1.undecided{color:var(--doubt)}
.lead{font-size:18px;margin:12px 0 4px}
.who,.legend,.caption{color:var(--faint)}
.who,.legend,.caption{margin:4px 0;font-size:14px}
h2{margin:36px 0 12px;font-size:20px}
h3{margin:20px 0 8px;font-size:16px}
h4{margin:14px 0 4px;font-size:15px}
.panels{display:grid;grid-template-columns:1fr;gap:20px 28px}
@media (min-width:680px){.panels{grid-template-columns:1fr 1fr}}
figure{margin:0;min-width:0;max-width:560px}
.panel{display:block;width:100%;height:auto}
.finding{border:1px solid var(--grid);border-left:6px solid var(--doubt);border-radius:6px;padding:4px 16px 12px;margin:12px 0;background:var(--raised)}
.finding.fail{border-left-color:var(--alarm)}
.ways{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20em),1fr));gap:0 16px}
.way ol{padding-left:1.4em;margin:4px 0}h5{margin:8px 0 0;font-size:1em}
ul{padding-left:22px;margin:6px 0}
code{font:14px ui-monospace,monospace}
details{margin-top:8px}
summary{cursor:pointer;color:var(--line)}
.scroll{overflow-x:auto;margin:0 0 16px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:5px 18px 5px 0;border-bottom:1px solid var(--grid);white-space:nowrap}
pre{margin:6px 0 16px;padding:10px 14px;border:1px solid var(--grid);border-radius:6px;background:var(--raised);white-space:pre-wrap;overflow-wrap:anywhere}
.said table{margin:0 0 16px}
.said th,.said td{white-space:normal;vertical-align:top;overflow-wrap:anywhere}
.said th{min-width:90px}
dl{display:grid;grid-template-columns:minmax(80px,max-content) 1fr;gap:6px 18px;margin:0}
details dl{display:block}
dt{color:var(--faint)}
dd{margin:0;min-width:0}
details dd{margin:0 0 8px 18px}
@media (max-width:560px){dl{display:block}dd{margin:0 0 8px}th,td{padding-right:10px}tbody th{white-space:normal;overflow-wrap:anywhere;min-width:88px}}
@media print{:root{color-scheme:light}body{max-width:none;padding:0;font-size:12px}figure,.finding,tr{break-inside:avoid}h2,h3,.caption{break-after:avoid}.scroll{overflow:visible}table{font-size:10px}th,td{white-space:normal;padding-right:8px}tbody th{overflow-wrap:anywhere}}
`;
