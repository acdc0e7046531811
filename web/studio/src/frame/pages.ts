import { type Component, defineAsyncComponent } from 'vue'

import type { studioZh } from '@/i18n/studio.zh'

/** A page of the studio: its place in the address, its name in the navigation, and what shows it. */
export interface StudioPage {
  name: string
  title: keyof typeof studioZh & `studio.nav.${string}`
  component: Component
}

/** In the order of the navigation, which is the order of the work. A new page is a line here. */
export const pages: readonly StudioPage[] = [
  { name: 'inbox', title: 'studio.nav.inbox', component: defineAsyncComponent(() => import('../inbox/InboxPage.vue')) },
  { name: 'data', title: 'studio.nav.data', component: defineAsyncComponent(() => import('../data/DataPage.vue')) },
  { name: 'faq', title: 'studio.nav.faq', component: defineAsyncComponent(() => import('../faq/FaqPage.vue')) },
  {
    name: 'replies',
    title: 'studio.nav.replies',
    component: defineAsyncComponent(() => import('../replies/RepliesPage.vue')),
  },
  {
    name: 'changes',
    title: 'studio.nav.changes',
    component: defineAsyncComponent(() => import('../changes/ChangesPage.vue')),
  },
  { name: 'learn', title: 'studio.nav.learn', component: defineAsyncComponent(() => import('../learn/LearnPage.vue')) },
  {
    name: 'models',
    title: 'studio.nav.models',
    component: defineAsyncComponent(() => import('../models/ModelsPage.vue')),
  },
]
