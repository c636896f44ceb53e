// The dashboard's charts: drawn from the figures in the page, each bar or point a way to the list behind it. The table
// beside each chart says the same; without this file the tables stand open.
"use strict";

(() => {
  const source = document.getElementById("charts");
  if (!source || typeof echarts === "undefined") return;
  const data = JSON.parse(source.textContent);
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const ink = token("--ink-700");
  const line = token("--line-100");
  const azure = token("--azure-700");
  const middle = token("--azure-500");
  const jade = token("--jade-400");
  const cinnabar = token("--cinnabar-700");
  const ochre = token("--ochre-400");
  const idle = token("--line-200");
  const size = window.matchMedia("(max-width: 767px)").matches ? 13 : 12;
  const words = { color: ink, fontSize: size, fontFamily: token("--font") };
  const base = {
    animation: false,
    textStyle: words,
    tooltip: { renderMode: "richText", trigger: "axis", axisPointer: { type: "shadow" }, textStyle: { fontSize: size } },
  };
  const plain = { axisLine: { lineStyle: { color: idle } }, axisTick: { show: false }, axisLabel: { ...words }, splitLine: { lineStyle: { color: line } } };
  const whole = { minInterval: 1 };

  function floorOf(values) {
    const least = Math.min(...values);
    const most = Math.max(...values);
    if (least < 40 || most - least > least / 2) return 0;
    const step = 10 ** Math.floor(Math.log10(Math.max(most - least, 10)));
    return Math.max(0, Math.floor((least - (most - least) / 2) / step) * step);
  }

  function trend(d) {
    const floor = floorOf(d.monitored);
    const note = document.querySelector("[data-axis]");
    if (note) note.textContent = floor ? `上图监测中户数，从 ${floor} 户起；下图每月进出` : "上图监测中户数；下图每月进出";
    const bar = (name, values, colour) => ({ name, type: "bar", xAxisIndex: 1, yAxisIndex: 1, data: values, itemStyle: { color: colour }, barMaxWidth: 14, cursor: "pointer" });
    return {
      ...base,
      legend: { left: 0, top: 0, itemWidth: 12, itemHeight: 10, textStyle: words, icon: "rect" },
      grid: [{ left: 40, right: 12, top: 40, height: "44%" }, { left: 40, right: 12, bottom: 26, height: "24%" }],
      xAxis: [{ type: "category", data: d.names, ...plain, axisLabel: { show: false } }, { type: "category", gridIndex: 1, data: d.names, ...plain }],
      yAxis: [{ type: "value", min: floor, ...plain, ...whole, axisLine: { show: false }, splitNumber: 3 }, { type: "value", gridIndex: 1, ...plain, ...whole, axisLine: { show: false }, splitNumber: 2 }],
      series: [
        { name: "监测中", type: "line", data: d.monitored, lineStyle: { color: azure, width: 2 }, itemStyle: { color: azure }, symbolSize: 6, label: { show: true, formatter: (p) => ([0, d.names.length - 1].includes(p.dataIndex) ? p.value : ""), ...words }, cursor: "pointer" },
        bar("新纳入", d.new, middle),
        bar("风险消除", d.cleared, jade),
      ],
    };
  }

  function across(d, label) {
    return {
      ...base,
      tooltip: { show: false },
      grid: { left: 92, right: 110, top: 6, bottom: 6 },
      xAxis: { type: "value", show: false },
      yAxis: { type: "category", inverse: true, data: d.names, ...plain, axisLine: { show: false } },
      series: [{ type: "bar", data: d.values, itemStyle: { color: azure, borderRadius: 2 }, barMaxWidth: 18, barMinHeight: 2, label: { show: true, position: "right", formatter: label, ...words }, cursor: "pointer" }],
    };
  }

  function towns(d) {
    const part = (name, values, colour, text) => ({ name, type: "bar", stack: "all", data: values, itemStyle: { color: colour }, barMaxWidth: 16, label: { show: Boolean(text), color: text, fontSize: 12, formatter: (p) => p.value || "" }, cursor: "pointer" });
    return {
      ...base,
      legend: { left: 0, top: 0, itemWidth: 12, itemHeight: 10, textStyle: words, icon: "rect" },
      grid: { left: 76, right: 16, top: 34, bottom: 22 },
      xAxis: { type: "value", ...plain, ...whole, splitNumber: 4 },
      yAxis: { type: "category", inverse: true, data: d.names, ...plain, axisLine: { show: false } },
      series: [part("超期", d.over, cinnabar, "#fff"), part("临期", d.soon, ochre, ""), part("正常", d.rest, idle, "")],
    };
  }

  const makers = {
    trend: [trend(data.trend), (p) => data.trend.links[p.dataIndex][["monitored", "new", "cleared"][p.seriesIndex]]],
    funnel: [across(data.funnel, (p) => `${p.value}  ${data.funnel.notes[p.dataIndex]}`), (p) => data.funnel.links[p.dataIndex]],
    // Clues and cases together have no list of their own: the table beside opens, with the way to each.
    towns: [towns(data.towns), () => ""],
    risks: [across(data.risks, (p) => `${p.value} 户  ${data.risks.notes[p.dataIndex]}`), (p) => data.risks.links[p.dataIndex]],
  };

  const drawn = [];
  document.querySelectorAll("[data-chart]").forEach((holder) => {
    const [option, address] = makers[holder.dataset.chart];
    const chart = echarts.init(holder, null, { renderer: "svg" });
    chart.setOption(option);
    const twin = holder.parentElement.querySelector(".sw-twin");
    twin.open = false;
    chart.on("click", (event) => {
      const to = address(event);
      if (to) window.location.assign(to);
      else twin.open = true;
    });
    drawn.push(chart);
  });
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));

  const full = document.querySelector("[data-fullscreen]");
  if (full && document.fullscreenEnabled) {
    full.hidden = false;
    full.addEventListener("click", () => document.getElementById("wall").requestFullscreen());
    document.addEventListener("fullscreenchange", () => drawn.forEach((chart) => chart.resize()));
  }
  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
})();
