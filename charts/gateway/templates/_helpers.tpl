{{- define "gateway.labels" -}}
app.kubernetes.io/name: gateway
app.kubernetes.io/instance: {{ .Values.model }}
app.kubernetes.io/part-of: homeport
app.kubernetes.io/managed-by: homeport
homeport.dev/model: {{ .Values.model }}
homeport.dev/owner: {{ .Values.owner | quote }}
{{- end }}

{{- /* One allowed path: every prefix the policy has, exact path and method, to the same path of the engine. */}}
{{- define "gateway.rule" -}}
- name: {{ .name }}
  matches:
    {{- range .policy.prefixes }}
    - path:
        type: Exact
        value: {{ . }}/{{ $.path }}
      method: {{ $.method }}
    {{- end }}
  filters:
    - type: URLRewrite
      urlRewrite:
        path:
          type: ReplaceFullPath
          replaceFullPath: /v1/{{ .path }}
    - type: RequestHeaderModifier
      requestHeaderModifier:
        set:
          - name: x-homeport-policy
            value: {{ .policy.name }}
  # No total time-out: Envoy's default of 15 s cuts streams. The idle one is in the BackendTrafficPolicy.
  timeouts:
    request: 0s
  backendRefs:
    {{- range .root.Values.backends }}
    - group: ""
      kind: Service
      name: {{ .service }}
      port: {{ $.root.Values.servePort }}
      weight: {{ .weight }}
    {{- end }}
{{- end }}
