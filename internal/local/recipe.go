package local

import (
	"time"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/local/process"
)

// machineRecipe lets process machines read the user data that the steps give to instances.
type machineRecipe struct{}

// Build implements process.Recipe.
func (machineRecipe) Build(userData string) (process.Build, error) {
	told, err := recipe.ReadBuilder(userData)
	return process.Build{
		Bucket: told.Bucket, Key: told.Key, SHA256: told.SHA256, Release: told.Release, Source: told.Source, SBOMBucket: told.SBOMBucket, SBOMKey: told.SBOMKey,
		HealthPath: told.HealthPath, StartSeconds: told.StartSeconds,
	}, err
}

// Provision implements process.Recipe.
func (machineRecipe) Provision() []byte { return recipe.Provision() }

// SBOM implements process.Recipe.
func (machineRecipe) SBOM() []byte { return recipe.SBOM() }

// Settings implements process.Recipe.
func (machineRecipe) Settings(userData string) (map[string]string, error) {
	return recipe.ReadSettings(userData)
}

// App implements process.Recipe.
func (machineRecipe) App(userData string) process.App {
	bucket, digest := recipe.ReadApp(userData)
	return process.App{Bucket: bucket, Digest: digest}
}

// Run implements process.Recipe.
func (machineRecipe) Run(userData string) (process.Run, error) {
	told, err := recipe.ReadRunner(userData)
	if err != nil {
		return process.Run{}, err
	}
	limit, err := time.ParseDuration(told.Seconds + "s")
	return process.Run{
		Bucket: told.Bucket, Command: told.Command, Output: told.Output, Release: told.Release, Source: told.Source, Limit: limit,
	}, err
}

// Unpacking implements process.Recipe.
func (machineRecipe) Unpacking() process.Unpacking { return new(recipe.Unpacking) }
