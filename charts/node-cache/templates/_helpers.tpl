{{- define "node-cache.selector" -}}
app.kubernetes.io/name: node-cache
app.kubernetes.io/instance: {{ .Values.name }}
{{- end }}

{{- define "node-cache.labels" -}}
{{ include "node-cache.selector" . }}
app.kubernetes.io/part-of: homeport
app.kubernetes.io/managed-by: homeport
homeport.dev/owner: {{ .Values.owner | quote }}
{{- end }}
