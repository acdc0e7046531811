import { createApp } from 'vue'

import '@/styles/theme.css'

import StudioApp from './StudioApp.vue'

createApp(StudioApp).mount('#app')
