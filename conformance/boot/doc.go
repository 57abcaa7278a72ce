// Package boot tests what happens inside an instance: a virtual machine with a real kernel, systemd and cloud-init
// builds an image by our user data, and others boot from it. Its tests need the build tag boot, see `make boot`.
package boot
