// The look of the report's page, in light and dark, from a phone to a wide screen.
#include "report/html.h"

namespace headroom::report {

const char* const page_style = R"css(
:root{color-scheme:light dark;--bg:#f7f7f5;--card:#fff;--ink:#1c1f23;--muted:#666d76;--rule:#e4e4e0;
--demand:#1c1f23;--capacity:#d7e7f6;--ready:#8dbbe4;--starting:#f2b04c;--draining:#c2c7cd;
--wanted:#1c1f23;--p50:#4a90d0;--p99:#7a4fb8;--late:#f2b04c;--shed:#9a74d0;--failed:#d6454f;
--level:#d6454f;--good:#17794c;--bad:#b8323c;--warn:#8f6100}
@media (prefers-color-scheme:dark){:root{--bg:#15171a;--card:#1d2024;--ink:#e8e9ea;--muted:#9aa1aa;
--rule:#31353b;--demand:#e8e9ea;--capacity:#223c55;--ready:#3d6f9e;--starting:#e0a23e;
--draining:#565c64;--wanted:#e8e9ea;--p50:#66a8e2;--p99:#b08ae6;--late:#e0a23e;--shed:#a585dc;
--failed:#e5606a;--level:#e5606a;--good:#4cc38a;--bad:#f0737c;--warn:#e3b341}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:36px 20px 64px}
h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.02em}
h1 span{font-weight:400;color:var(--muted)}
h2{font-size:20px;margin:0 0 12px;letter-spacing:-.01em}
header p{margin:0;color:var(--muted)}
section{margin-top:44px}
.note,figcaption em,.when,.promise{color:var(--muted);font-size:14px;font-style:normal}
.note{margin:8px 0 0}
.banner{border-left:4px solid var(--warn);background:var(--card);padding:12px 16px;margin:24px 0 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px;
margin-top:24px}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:18px 20px}
.card h2{display:inline-block;margin:0 10px 0 0}
.badge{display:inline-block;margin:0;font-weight:600;font-size:14px;padding:1px 10px;
border-radius:999px;border:1.5px solid currentColor}
.badge.good{color:var(--good)}.badge.bad{color:var(--bad)}.badge.warn{color:var(--warn)}
.promise{margin:4px 0 14px}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(116px,1fr));gap:14px 18px;margin:0}
dl div{display:flex;flex-direction:column-reverse;justify-content:flex-end}
dt{color:var(--muted);font-size:13px;line-height:1.3}
dd{margin:0;font-size:23px;line-height:1.25;font-weight:600;letter-spacing:-.02em;
font-variant-numeric:tabular-nums;white-space:nowrap}
dd small{font-size:13px;font-weight:400;color:var(--muted);letter-spacing:0}
.decisions{list-style:none;margin:0;padding:0;display:grid;gap:12px}
.decisions>li{display:flex;gap:14px;background:var(--card);border:1px solid var(--rule);
border-radius:10px;padding:14px 18px}
.decisions h3{font-size:16px;margin:0}
.decisions p{margin:0}
.decisions ul{margin:8px 0 0;padding:0;list-style:none}
.decisions ul li{margin-top:3px}
.without{color:var(--muted)}
.number,.mark b{flex:none;font:600 13px/22px system-ui,sans-serif;width:22px;height:22px;
border-radius:50%;background:var(--ink);color:var(--bg);text-align:center}
code{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--rule);
border-radius:4px;padding:1px 5px;white-space:nowrap}
figure{margin:0 0 14px;background:var(--card);border:1px solid var(--rule);border-radius:10px;
padding:14px 18px 12px}
figcaption{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 8px;margin-bottom:22px}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;list-style:none;margin:0 0 0 auto;padding:0;
font-size:13px;color:var(--muted)}
.key{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px;
background:var(--c);vertical-align:-1px}
.key.line{height:0;border-radius:0;width:16px;border-top:2.5px solid var(--c);background:none;
vertical-align:4px}
.key.line.wanted,.key.line.level{border-top-style:dashed}
output{flex-basis:100%;font-size:13px;min-height:19px;line-height:19px;color:var(--muted);
font-variant-numeric:tabular-nums}
output:empty{display:none}
.frame{position:relative;margin:0 0 26px 46px}
svg{display:block;width:100%;height:100%;overflow:visible}
path{vector-effect:non-scaling-stroke;fill:none;stroke-linejoin:round}
.grid{stroke:var(--rule);stroke-width:1}
.area{fill:var(--c)}
.area.capacity{stroke:var(--p50);stroke-width:1}
.curve{stroke:var(--c);stroke-width:1.8}
.curve.wanted{stroke-dasharray:4 3;stroke-width:1.6}
.curve.p50{stroke-width:1.4}
path.level{stroke:var(--level);stroke-width:1.6;stroke-dasharray:6 4}
.demand{--c:var(--demand)}.capacity{--c:var(--capacity)}.ready{--c:var(--ready)}
.starting{--c:var(--starting)}.draining{--c:var(--draining)}.wanted{--c:var(--wanted)}
.p50{--c:var(--p50)}.p99{--c:var(--p99)}.late{--c:var(--late)}.shed{--c:var(--shed)}
.failed{--c:var(--failed)}.level{--c:var(--level)}
.y span,.x span{position:absolute;font-size:12px;line-height:1;color:var(--muted);
font-variant-numeric:tabular-nums}
.y span{right:calc(100% + 8px);transform:translateY(50%)}
.x span{top:calc(100% + 8px);transform:translateX(-50%)}
.mark{position:absolute;top:-6px;bottom:0;width:0;border-left:1.5px dotted var(--ink);opacity:.85}
.mark b{position:absolute;top:-15px;left:-10px;width:19px;height:19px;font-size:11px;
line-height:19px}
.hair{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--muted);display:none;
pointer-events:none}
details{margin-top:4px}
summary{cursor:pointer;color:var(--muted)}
table{border-collapse:collapse;width:100%;font-size:14px;margin-top:8px}
th{font-weight:500;color:var(--muted);text-align:left}
td,th{padding:5px 12px 5px 0;border-bottom:1px solid var(--rule)}
.n{text-align:right;font-variant-numeric:tabular-nums}
.method{padding-left:18px;color:var(--muted);font-size:14px;margin:0}
.method li{margin-top:6px}
@media (max-width:560px){main{padding:22px 12px 40px}figure{padding:12px 12px 10px}
.frame{margin-left:38px}.legend{margin-left:0;flex-basis:100%}dd{font-size:20px}
.decisions>li{padding:12px;gap:10px}
.x span:nth-child(even){display:none}}
@media print{body{background:#fff}figure,.card,.decisions>li{break-inside:avoid}}
)css";

// Shows the values at the pointer in every plot of the same service.
const char* const page_script = R"js(
document.querySelectorAll('section.service').forEach(function(section){
  var plots=[].map.call(section.querySelectorAll('.plot'),function(figure){
    return{frame:figure.querySelector('.frame'),hair:figure.querySelector('.hair'),
      out:figure.querySelector('output'),data:JSON.parse(figure.dataset.values)}});
  function show(share){plots.forEach(function(plot){
    var ends=plot.data[0],t=share*ends[ends.length-1],i=0;
    while(i<ends.length-1&&ends[i]<t)i++;
    plot.hair.style.display='block';plot.hair.style.left=share*100+'%';
    var s=Math.round(ends[i]);
    plot.out.textContent=Math.floor(s/60)+':'+('0'+s%60).slice(-2)+'  '+
      plot.data.slice(1).map(function(d){
        return d[0]+' '+(d[1][i]===null?'–':Math.round(d[1][i]*10)/10)}).join(' · ')})}
  plots.forEach(function(plot){plot.frame.addEventListener('pointermove',function(event){
    var box=plot.frame.getBoundingClientRect();
    show(Math.min(1,Math.max(0,(event.clientX-box.left)/box.width)))})});
  section.addEventListener('pointerleave',function(){plots.forEach(function(plot){
    plot.hair.style.display='none';plot.out.textContent=''})})});
)js";

}  // namespace headroom::report
