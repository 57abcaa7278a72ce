package main

import "github.com/spf13/cobra"

// exitCodesTopic returns a help topic, a command that runs nothing.
func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "The exit statuses",
		Long: `Exit statuses:
  0    done
  1    failed; nothing of it is left, and what served before serves on
  2    wrong usage, or a request that cannot be carried out as written, such as
       one that names what does not exist
  3    nothing is up, it does not answer, or AWS does not let you in
  4    failed, and something is left: the message names it
  5    another run holds the environment
  130  interrupted, or a question answered with no; on AWS, and while the local
       cloud is up, an execution that was followed goes on`,
	}
}
