import type { EChartsCoreOption } from 'echarts/core'

import { t } from '@/i18n'
import { intentName } from '@/labels/names'

import type { Comparison, Figures } from './api'

const INK = '#465162'
const LINE = '#e2e7ee'
const BRAND = '#2f54c8'
const OK = '#17774a'
const BAD = '#bd322a'
const QUIET = '#b9c3d3'
const base = { textStyle: { fontFamily: 'inherit', color: INK }, animation: false, aria: { enabled: true } }
const axis = { axisLine: { lineStyle: { color: LINE } }, splitLine: { lineStyle: { color: LINE } }, axisLabel: { color: INK } }
const upto = (bin: { high: number }): string => `${Math.round(bin.high * 100)}%`

/** How many sentences the model was how sure of, right and wrong ones. */
export function confidenceChart(figures: Figures): EChartsCoreOption {
  const bar = (name: string, color: string, data: number[]): object => ({
    name,
    type: 'bar',
    stack: 'all',
    itemStyle: { color },
    data,
  })
  return {
    ...base,
    tooltip: { trigger: 'axis' },
    legend: { top: 0, textStyle: { color: INK } },
    grid: { left: 44, right: 12, top: 30, bottom: 28 },
    xAxis: { ...axis, type: 'category', data: figures.bins.map(upto) },
    yAxis: { ...axis, type: 'value' },
    series: [
      bar(t('models.right'), OK, figures.bins.map((bin) => bin.right)),
      bar(t('models.wrong'), BAD, figures.bins.map((bin) => bin.wrong)),
    ],
  }
}

/** How often the model is right when it is so sure; on the diagonal, it is as sure as it should be. */
export function reliabilityChart(figures: Figures): EChartsCoreOption {
  const points = figures.bins
    .filter((bin) => bin.confidence !== null)
    .map((bin) => [bin.confidence! * 100, (bin.right / (bin.right + bin.wrong)) * 100, bin.right + bin.wrong])
  const axes = { ...axis, type: 'value', min: 0, max: 100 }
  return {
    ...base,
    tooltip: {
      formatter: (one: { value: number[] }) =>
        t('models.reliability.point', {
          sure: one.value[0]!.toFixed(0),
          right: one.value[1]!.toFixed(0),
          n: one.value[2] ?? 0,
        }),
    },
    grid: { left: 44, right: 16, top: 30, bottom: 40 },
    xAxis: { ...axes, name: t('models.reliability.sure'), nameLocation: 'middle', nameGap: 26 },
    yAxis: { ...axes, name: t('models.reliability.right') },
    series: [
      { type: 'line', data: [[0, 0], [100, 100]], symbol: 'none', silent: true, lineStyle: { color: QUIET, type: 'dashed' } },
      {
        type: 'scatter',
        data: points,
        symbolSize: (value: number[]) => 6 + Math.min(26, Math.sqrt(value[2] ?? 0)),
        itemStyle: { color: BRAND },
      },
    ],
  }
}

/** The intents that moved most, from worst to best, in points of F1. */
export function changeChart(comparison: Comparison, most = 12): EChartsCoreOption {
  const moved = comparison.intents.filter((one) => one.points !== 0)
  const shown = moved.length <= most ? moved : [...moved.slice(0, most / 2), ...moved.slice(-most / 2)]
  const rows = [...shown].reverse()
  return {
    ...base,
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    grid: { left: 130, right: 24, top: 8, bottom: 24 },
    xAxis: { ...axis, type: 'value' },
    yAxis: { ...axis, type: 'category', data: rows.map((one) => intentName(one.intent)) },
    series: [
      {
        type: 'bar',
        data: rows.map((one) => ({ value: one.points, itemStyle: { color: one.points < 0 ? BAD : OK } })),
      },
    ],
  }
}

/** What is taken for what: the intents that are most often confused. */
export function confusionChart(figures: Figures, most = 14): EChartsCoreOption {
  const names = [...new Set(figures.confusions.flatMap((one) => [one.wanted, one.found]))].slice(0, most)
  const inside = figures.confusions.filter((one) => names.includes(one.wanted) && names.includes(one.found))
  const category = { ...axis, type: 'category', data: names.map(intentName), splitArea: { show: true } }
  return {
    ...base,
    tooltip: {
      formatter: (one: { value: number[] }) =>
        t('models.confusion.cell', {
          wanted: intentName(names[one.value[1]!]!),
          found: intentName(names[one.value[0]!]!),
          n: one.value[2] ?? 0,
        }),
    },
    grid: { left: 130, right: 12, top: 8, bottom: 110 },
    xAxis: { ...category, axisLabel: { color: INK, rotate: 50 } },
    yAxis: category,
    visualMap: {
      show: false,
      min: 0,
      max: Math.max(1, ...inside.map((one) => one.count)),
      inRange: { color: ['#fdeeec', BAD] },
    },
    series: [
      {
        type: 'heatmap',
        label: { show: true },
        data: inside.map((one) => [names.indexOf(one.found), names.indexOf(one.wanted), one.count]),
      },
    ],
  }
}
