{{- define "monitoring.labels" -}}
app.kubernetes.io/part-of: homeport
app.kubernetes.io/managed-by: homeport
homeport.dev/owner: {{ .Values.owner | quote }}
{{- end }}

{{- define "monitoring.meta" -}}
namespace: {{ .root.Values.namespace }}
labels:
  app.kubernetes.io/name: {{ .name }}
  {{- include "monitoring.labels" .root | nindent 2 }}
{{- end }}

{{- define "monitoring.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "monitoring.restricted" -}}
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

{{- define "monitoring.identity" -}}
# EKS Pod Identity hands out credentials from the node.
- to:
    - ipBlock: { cidr: 169.254.170.23/32 }
  ports:
    - { protocol: TCP, port: 80 }
{{- end }}

{{- define "monitoring.dns" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
  ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- end }}

{{- /* What each node runs that gives metrics, and the port that it gives them at. */ -}}
{{- define "monitoring.daemons" -}}
dcgm-exporter: 9400
node-cache: 8081
node-exporter: 9100
{{- end }}
