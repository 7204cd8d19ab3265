{{- define "edge.labels" -}}
app.kubernetes.io/name: edge
app.kubernetes.io/part-of: homeport
app.kubernetes.io/managed-by: homeport
homeport.dev/owner: {{ .Values.owner | quote }}
{{- end }}
