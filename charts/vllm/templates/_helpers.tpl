{{- define "vllm.selector" -}}
app.kubernetes.io/name: vllm
app.kubernetes.io/instance: {{ .Values.name }}
{{- end }}

{{- define "vllm.labels" -}}
{{ include "vllm.selector" . }}
app.kubernetes.io/part-of: homeport
app.kubernetes.io/managed-by: homeport
homeport.dev/model: {{ .Values.release.model }}
homeport.dev/release: {{ .Values.release.short }}
homeport.dev/variant: {{ .Values.release.variant }}
homeport.dev/owner: {{ .Values.owner | quote }}
{{- end }}

{{- define "vllm.meta" -}}
name: {{ .Values.name }}
namespace: {{ .Values.namespace }}
labels:
  {{- include "vllm.labels" . | nindent 2 }}
annotations:
  homeport.dev/release-name: {{ .Values.release.name }}
  homeport.dev/release-id: {{ .Values.release.id }}
{{- end }}

{{- define "vllm.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}
