// Argo CD's definitions are taken from its module; nothing is built of it.
module harden.test/consumers/argocd

go 1.26.0

require github.com/argoproj/argo-cd/v3 v3.5.7
