/// How a report looks, on a screen and on paper.
#pragma once

#include <string_view>

namespace neuroglot::report {

inline constexpr std::string_view page_style =
    R"(:root { --ink: #222; --soft: #666; --line: #e2e2e0; --paper: #fff; --accent: #08519c; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 56px 28px 96px; }
h1 { font-size: 28px; line-height: 1.25; text-wrap: balance; font-weight: 650; letter-spacing: -0.01em; margin: 0 0 8px; }
h2 { font-size: 20px; font-weight: 650; margin: 0 0 14px; }
h3 { font-size: 16px; font-weight: 650; margin: 24px 0 6px; }
section { margin-top: 60px; }
p { margin: 0 0 12px; max-width: 46em; }
a { color: var(--accent); }
code { font: 0.9em/1.4 ui-monospace, "DejaVu Sans Mono", monospace; background: #f5f5f3; padding: 1px 4px; border-radius: 3px; overflow-wrap: anywhere; }
.lead { color: var(--soft); font-size: 15px; overflow-wrap: anywhere; }
.missing { color: var(--soft); border-left: 3px solid #d9d9d6; padding: 2px 0 2px 14px; }
.small { color: var(--soft); font-size: 14px; }
.facts { display: flex; flex-wrap: wrap; gap: 20px 44px; margin: 34px 0 0; padding: 22px 0; border: solid var(--line); border-width: 1px 0; }
.facts > div { flex: 1 1 130px; }
.facts dt { font-size: 13px; line-height: 1.4; color: var(--soft); }
.facts dd { margin: 0 0 2px; font-size: 26px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.facts dl { margin: 0; display: flex; flex-direction: column-reverse; }
figure { margin: 18px 0 28px; }
.picture svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
.picture svg text { font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
figcaption { font-size: 14px; line-height: 1.5; color: #444; margin-top: 10px; max-width: 56em; }
.scroll { overflow-x: auto; margin: 16px 0 28px; }
table { border-collapse: collapse; font-size: 14px; line-height: 1.35; font-variant-numeric: tabular-nums; min-width: 60%; }
caption { text-align: left; color: #444; padding-bottom: 8px; }
th, td { text-align: right; padding: 6px 12px; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: normal; }
th { max-width: 14em; overflow-wrap: break-word; }
th:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--soft); border-bottom: 1px solid #aaa; vertical-align: bottom; }
td small { display: block; color: var(--soft); font-size: 12px; }
td.own { background: #fdeedd; }
dl.protocol { margin: 0 0 28px; display: grid; grid-template-columns: 9em 1fr; gap: 10px 20px; }
dl.protocol dt { color: var(--soft); }
dl.protocol dd { margin: 0; max-width: 42em; }
details { margin: 0 0 10px; border-top: 1px solid var(--line); padding-top: 10px; }
summary { cursor: pointer; color: var(--accent); }
pre { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; background: #f7f7f5; padding: 14px 16px; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 600px) { dl.protocol { grid-template-columns: 1fr; gap: 2px; } dl.protocol dd { margin-bottom: 12px; } main { padding: 32px 16px; } }
@media print {
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 28pt; }
  .facts { gap: 14px 20px; }
  .facts dd { font-size: 17pt; }
  h2, caption { break-after: avoid; }
  figure, tr, dl.protocol > * { break-inside: avoid; }
  .scroll { overflow: visible; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)";

}  // namespace neuroglot::report
