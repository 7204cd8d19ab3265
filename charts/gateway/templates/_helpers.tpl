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
  {{- include "gateway.backends" .root | nindent 2 }}
{{- end }}

{{- define "gateway.backends" -}}
backendRefs:
  {{- range .Values.backends }}
  - group: ""
    kind: Service
    name: {{ .service }}
    port: {{ $.Values.servePort }}
    weight: {{ .weight }}
  {{- end }}
{{- end }}

{{- /*
Never matches (clients' x-homeport-* headers are removed before routing), but names every running release. Envoy Gateway
makes no Envoy cluster for a weight of 0, and Envoy learns of clusters and routes in no fixed order: without this rule a
flip answers 503 `cluster_not_found` for a moment. With it a flip changes the routes only.
*/}}
{{- define "gateway.keepClusters" -}}
- name: keep-clusters
  matches:
    {{- with first .policy.prefixes }}
    - path:
        type: Exact
        value: {{ . }}/models
      method: GET
      headers:
        - name: x-homeport-keep-clusters
          value: "true"
    {{- end }}
  timeouts:
    request: 0s
  backendRefs:
    {{- range .root.Values.backends }}
    - group: ""
      kind: Service
      name: {{ .service }}
      port: {{ $.root.Values.servePort }}
      weight: 1
    {{- end }}
{{- end }}
