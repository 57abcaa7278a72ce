package main

import (
	"context"

	"github.com/spf13/cobra"

	"photogallery/internal/check"
	"photogallery/internal/local"
)

// checkUp is `gallery up --check`.
func checkUp(command *cobra.Command) error {
	probe, err := localOptions("")
	if err != nil {
		return err
	}
	return check.Run(command.Context(), check.Options{
		Program: probe.Program,
		Out:     command.OutOrStdout(),
		Start: func(ctx context.Context, data string) (check.Cloud, error) {
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
