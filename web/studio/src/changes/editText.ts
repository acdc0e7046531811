import type { Edit } from '@/api/studio'
import { t } from '@/i18n'
import { intentName } from '@/labels/names'

/** A change in one sentence. */
export function editText(edit: Edit): string {
  const text = (name: string): string => String(edit[name] ?? '')
  const intent = intentName(text('intent'))
  switch (edit.kind) {
    case 'add_example':
      return t('studio.edit.add_example', { intent, text: text('text') })
    case 'remove_example':
      return t('studio.edit.remove_example', { intent, text: text('text') })
    case 'change_example':
      return edit.to_intent === undefined || edit.to_intent === null
        ? t('studio.edit.change_example', { intent, text: text('text'), to: text('to') })
        : t('studio.edit.move_example', { intent, text: text('text'), to: intentName(text('to_intent')) })
    case 'add_intent':
      return t('studio.edit.add_intent', { intent: text('intent'), n: Array.isArray(edit.examples) ? edit.examples.length : 0 })
    case 'rename_intent':
      return t('studio.edit.rename_intent', { intent: text('intent'), to: text('to') })
    case 'change_reply':
      return t('studio.edit.change_reply', { reply: text('reply'), to: text('to') })
    case 'add_faq':
      return t('studio.edit.add_faq', { question: text('question') })
    case 'change_faq':
      return t('studio.edit.change_faq', { id: text('id'), to: text('to') })
    case 'add_wording':
      return t('studio.edit.add_wording', { id: text('id'), text: text('text') })
    case 'remove_wording':
      return t('studio.edit.remove_wording', { id: text('id'), text: text('text') })
    case 'remove_faq':
      return t('studio.edit.remove_faq', { id: text('id') })
    default:
      return edit.kind
  }
}
