// Incomes a head as stacked bars with the line in force; the same numbers are in the table below. The library is many
// times the page: it comes when the chart comes into view, and not at all on a slow line, where the table opens instead.
(() => {
  const place = document.querySelector("[data-income]");
  const source = document.getElementById("income-data");
  if (!place || !source) return;
  const ink = "#16222e";
  const shades = ["#17598c", "#4a88b8", "#9fc3de", "#cfd7de"];

  function tableInstead() {
    place.hidden = true;
    place.closest("section").querySelector("details").open = true;
  }

  function draw() {
    const data = JSON.parse(source.textContent);
    const bars = data.series.map((row, i) => ({
      name: row.name, type: "bar", stack: "net", data: row.data, barMaxWidth: 34, itemStyle: { color: shades[i] },
    }));
    bars[bars.length - 1].label = {
      show: true, position: "top", color: ink, fontSize: 12,
      formatter: (point) => data.net[point.dataIndex].toLocaleString("zh-CN"),
    };
    const line = {
      name: "监测线", type: "line", step: "middle", data: data.line, symbol: "none",
      lineStyle: { color: ink, type: "dashed", width: 2 }, itemStyle: { color: ink },
    };
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
      legend: { left: 0, top: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: "#324252" } },
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLabel: { color: "#566473", hideOverlap: true } },
      yAxis: { type: "value", axisLabel: { color: "#566473" }, splitLine: { lineStyle: { color: "#e3e8ed" } } },
      series: [...bars, line],
    });
    window.addEventListener("resize", () => chart.resize());
  }

  const line = navigator.connection;
  if (line && (line.saveData || /2g/.test(line.effectiveType))) { tableInstead(); return; }
  new IntersectionObserver((seen, watch) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    watch.disconnect();
    document.head.append(Object.assign(document.createElement("script"), {
      src: place.dataset.income, onload: draw, onerror: tableInstead,
    }));
  }, { rootMargin: "120px" }).observe(place);
})();
