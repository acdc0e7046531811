import type { Finding } from '@/api/studio'
import { t } from '@/i18n'
import { zh } from '@/i18n/zh'
import { entityName, intentName } from '@/labels/names'

/** What is said about the data, with what can be done about it. */
export function findingText(finding: Finding): string {
  const data = finding.data
  const text = String(data.text ?? '')
  switch (finding.code) {
    case 'conflict':
      return t('studio.finding.conflict', { text, other: names(data.other) })
    case 'near':
      return t('studio.finding.near', {
        text,
        other: intentName(String(data.other)),
        otherText: String(data.other_text),
      })
    case 'duplicate':
      return t('studio.finding.duplicate', { text, same: String(data.same) })
    case 'few_examples':
      return t('studio.finding.few_examples', { n: Number(data.examples), wanted: Number(data.wanted) })
    case 'many_examples':
      return t('studio.finding.many_examples', { n: Number(data.examples), usual: Number(data.usual) })
    case 'entity_undeclared':
      return t('studio.finding.entity_undeclared', { text, entity: entityName(String(data.entity)) })
    case 'blanks':
      return t('studio.finding.blanks', { lost: list(data.lost), unknown: list(data.unknown) })
    default: {
      const detail = [data.name, data.detail, data.entry, data.payload, data.file, data.text]
        .filter((one) => one !== undefined && one !== null)
        .join(' · ')
      const said = known(finding.code) ? t(`studio.finding.${finding.code}` as 'studio.finding.faq') : finding.code
      return detail === '' ? said : `${said}（${detail}）`
    }
  }
}

const known = (code: string): boolean => `studio.finding.${code}` in zh
const list = (value: unknown): string => (Array.isArray(value) && value.length > 0 ? value.join('、') : '—')
const names = (value: unknown): string => (Array.isArray(value) ? value.map((one) => intentName(String(one))).join('、') : '')
