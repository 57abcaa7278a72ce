package main

import (
	"context"

	"github.com/spf13/cobra"

	"photogallery/internal/local"
	"photogallery/internal/selftest"
)

// checkUp runs `gallery up --check`.
func checkUp(command *cobra.Command, oneAddress bool) error {
	probe, err := localOptions("")
	if err != nil {
		return err
	}
	probe.OneAddress = oneAddress
	return selftest.Run(command.Context(), selftest.Options{
		Program: probe.Program,
		Out:     command.OutOrStdout(),
		Start: func(ctx context.Context, data string) (selftest.Cloud, error) {
			options := probe
			options.Data = data
			cloud, err := local.Start(ctx, options)
			if err != nil {
				return nil, err
			}
			_, err = cloud.Release(ctx, "", "{}")
			return cloud, err
		},
	})
}
