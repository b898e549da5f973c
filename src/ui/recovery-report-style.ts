/** How a report looks, on a screen (light or dark) and on paper. A constant: the file has to stand alone. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1a1f24;--soft:#5a6672;--line:#d5dbe1;--paper:#fff;--bar:#8fa8bd;--way:#1f6fb2;--good:#1a7f45;--bad:#b3261e;--warn:#9a6700}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaee;--soft:#9aa7b3;--line:#39424b;--paper:#14181c;--bar:#4d6375;--way:#5aa9e6;--good:#4cc27c;--bad:#ff7b72;--warn:#d9a53a}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:2.25rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
p{margin:.4rem 0}.lead{font-size:1.05rem}.soft,.tick,.took{color:var(--soft);fill:var(--soft)}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}strong.good,strong.bad,strong.warn{text-transform:uppercase;letter-spacing:.03em}
.alarm{border:2px solid var(--bad);color:var(--bad);padding:.6rem .8rem;font-weight:600}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}th{text-align:left;font-weight:600;color:var(--soft)}
th,td{padding:.3rem .75rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code,pre{font:.85em/1.45 ui-monospace,monospace;overflow-wrap:anywhere}pre{white-space:pre-wrap;margin:0}
svg{width:100%;min-width:42rem;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--ink)}svg text.tick,svg text.took{fill:var(--soft)}
svg rect{fill:var(--bar)}svg .way rect{fill:var(--way)}svg .failed rect,svg .stopped rect{fill:var(--bad)}svg .undone rect{fill:var(--warn)}svg .point rect{stroke:var(--bad);stroke-width:2}
svg line.tick{stroke:var(--line)}svg line.budget{stroke:var(--bad);stroke-dasharray:5 3}svg text.budget{fill:var(--bad)}svg line.served{stroke:var(--good)}svg text.served{fill:var(--good)}
details summary{cursor:pointer;color:var(--soft)}
@media print{body{max-width:none;padding:0;font-size:11px}svg{min-width:0}details::details-content{content-visibility:visible;block-size:auto}.wide{overflow:visible}table{font-size:.8rem}h2{break-after:avoid}tr,svg{break-inside:avoid}}
`
