import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'

/** Returns a component whose code is loaded when it is first shown; until then it shows nothing. */
export function lazy<Properties extends object>(
  load: () => Promise<ComponentType<Properties>>,
): ComponentType<Properties> {
  let loaded: ComponentType<Properties> | undefined
  return function Lazy(properties: Properties) {
    const component = useSignal<{ Component: ComponentType<Properties> } | null>(
      loaded ? { Component: loaded } : null,
    )
    useEffect(() => {
      if (component.value) return
      void load().then((Component) => {
        loaded = Component
        component.value = { Component }
      })
    }, [])
    if (!component.value) return null
    const { Component } = component.value
    return <Component {...properties} />
  }
}
