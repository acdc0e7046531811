import { type Key, t } from '@/i18n'
import { intentName } from '@/labels/names'

import type { Job, Objection, Problem } from './api'

const PROBLEMS = [
  'bad_yaml',
  'unknown_intent',
  'unknown_entity',
  'unknown_action',
  'unknown_slot',
  'empty_intent',
  'no_examples',
  'bad_data',
  'unknown_commit',
  'contradicting_rules',
  'out_of_memory',
  'trainer_died',
  'care_silent',
  'command_failed',
] as const
const STAGES = [
  'data',
  'check',
  'train',
  'hand_in',
  'measure',
  'all_dialogues',
  'cross_validation',
] as const

/** Why a job failed, in the trainer's words, with the place in the data. */
export function problemWords(problem: Problem): string {
  const known = PROBLEMS.find((code) => code === problem.code)
  const what = known === undefined ? t('models.problem.other', { code: problem.code }) : t(`models.problem.${known}`)
  const place = problem.file === undefined ? '' : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}`
  return [what, problem.name, place].filter((part) => part !== undefined && part !== '').join(' · ')
}

export function stageWords(stage: string): string {
  const known = STAGES.find((name) => name === stage)
  return known === undefined ? stage : t(`models.stage.${known}`)
}

export const jobWords = (job: Job): string => t(`models.job.${job.kind}`)

/** What the gate has against a model. */
export function objectionWords(one: Objection): string {
  const on = one.measured === 'cross_validation' ? t('models.cv') : t('models.frozen')
  switch (one.code) {
    case 'intent_worse':
      return t('models.objection.intent_worse', {
        intent: intentName(one.name),
        points: Math.abs(one.points ?? 0).toFixed(1),
        n: one.cases ?? 0,
        on,
      })
    case 'overall_worse':
      return t('models.objection.overall_worse', { points: Math.abs(one.points ?? 0).toFixed(1), on })
    case 'dialogue_failed':
      return t('models.objection.dialogue_failed', { name: one.name })
    default:
      return t(`models.objection.${one.code}` as Key & ('models.objection.not_measured' | 'models.objection.dialogues_missing'))
  }
}

export const percent = (share: number | null | undefined, digits = 1): string =>
  share == null ? '–' : `${(share * 100).toFixed(digits)}%`

export const signed = (points: number): string => `${points > 0 ? '+' : ''}${points.toFixed(1)}`
