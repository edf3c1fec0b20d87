using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Assay.Testing;

namespace Assay.Models.Tests.Packaging;

/// <summary>The two libraries as NuGet packages: what they depend on, and the sample of the README compiled against them and run.</summary>
public sealed partial class PackageTests : IDisposable
{
    private static readonly string Configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private readonly string root = Directory.CreateTempSubdirectory("assay-package-").FullName;

    private static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task The_packages_stand_alone_and_the_sample_of_the_readme_runs()
    {
        string feed = Path.Combine(root, "feed");
        foreach (string project in new[] { "Assay.Data", "Assay.Models" })
        {
            await DotnetAsync(Repository.Root, ["pack", Path.Combine("src", project, project + ".csproj"), "--no-build", "-c", Configuration, "-o", feed, "-v", "quiet", "-nologo"]);
        }

        string[] packages = [.. Directory.EnumerateFiles(feed, "*.nupkg").Order(StringComparer.Ordinal)];
        Assert.Equal(2, packages.Length);
        Assert.Superset(new HashSet<string>(["DocumentFormat.OpenXml", "PdfPig", "SearchPioneer.Lingua", "System.IO.Hashing"]), Check(packages[0], "Assay.Data"));
        Assert.Superset(new HashSet<string>(["Assay.Data", "TorchSharp"]), Check(packages[1], "Assay.Models"));
        await RunSampleAsync(feed);
    }

    // Pins of packages that the direct ones bring along are listed as well; what counts is that none is a web or database package.
    private static HashSet<string> Check(string package, string id)
    {
        using var archive = ZipFile.OpenRead(package);
        string[] names = [.. archive.Entries.Select(entry => entry.FullName)];
        Assert.Contains("README.md", names);
        Assert.Contains($"lib/net10.0/{id}.dll", names);
        Assert.Contains($"lib/net10.0/{id}.xml", names);
        Assert.Equal(id == "Assay.Models", names.Contains("buildTransitive/Assay.Models.targets"));

        using var library = new MemoryStream();
        using (var stream = archive.GetEntry($"lib/net10.0/{id}.dll")!.Open())
        {
            stream.CopyTo(library);
        }

        Assert.Equal(-1, library.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(Repository.Root))); // no path of the machine that built it
        Assert.DoesNotContain(References(library.ToArray()), name => Forbidden().IsMatch(name));

        using var nuspec = archive.GetEntry($"{id}.nuspec")!.Open();
        using var reader = XmlReader.Create(nuspec, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        var dependencies = new HashSet<string>();
        var facts = new Dictionary<string, string>();
        while (reader.Read())
        {
            if (reader.NodeType is XmlNodeType.Element && reader.Name == "dependency")
            {
                dependencies.Add(reader.GetAttribute("id")!);
            }
            else if (reader.NodeType is XmlNodeType.Element && reader.Name is "id" or "license" or "readme" or "description")
            {
                facts[reader.Name] = reader.ReadElementContentAsString();
            }
        }

        Assert.Equal((id, "Apache-2.0", "README.md"), (facts["id"], facts["license"], facts["readme"]));
        Assert.True(facts["description"].Length > 80);
        Assert.DoesNotContain(dependencies, name => Forbidden().IsMatch(name));
        return dependencies;
    }

    private static IEnumerable<string> References(byte[] library)
    {
        using var portable = new System.Reflection.PortableExecutable.PEReader(new MemoryStream(library));
        var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(portable);
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private async Task RunSampleAsync(string feed)
    {
        string folder = Path.Combine(root, "sample");
        Directory.CreateDirectory(folder);
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Assay.Models", "README.md"));
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Sample().Match(readme).Groups[1].Value);
        File.WriteAllText(Path.Combine(folder, "Sample.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <PropertyGroup><CreateSymbolicLinksForCopyLocalIfPossible>true</CreateSymbolicLinksForCopyLocalIfPossible></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Assay.Models" Version="0.1.0" />
                <PackageReference Include="libtorch-cpu-linux-x64" Version="2.10.0" />
              </ItemGroup>
            </Project>
            """);

        // No network: the fresh packages from the feed, all others from this machine's cache, which is only read.
        File.WriteAllText(Path.Combine(folder, "nuget.config"),
            $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="cache" value="{Cache}" /></fallbackPackageFolders>
              <config><add key="globalPackagesFolder" value="{Path.Combine(root, "packages")}" /></config>
            </configuration>
            """);
        var (code, output) = await RunAsync(folder, "dotnet", ["restore", "-v", "quiet", "-nologo"]);
        Assert.SkipWhen(code != 0 && output.Contains("NU110", StringComparison.Ordinal), $"the package cache lacks something that restoring without a network needs: {output}");
        Assert.True(code == 0, output);
        await DotnetAsync(folder, ["build", "--no-restore", "-v", "quiet", "-nologo", "-o", "out"]);

        var (ended, said) = await RunAsync(folder, Path.Combine(folder, "out", "Sample"), [Path.Combine(Repository.Root, "models", "starter")]);

        Assert.True(ended == 0, said);
        Assert.Contains("step 40: loss", said, StringComparison.Ordinal);
        Assert.EndsWith("Assay is where data earns its place.", said.Trim(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "my-adapter", "adapter_model.safetensors")));
    }

    private static async Task DotnetAsync(string folder, string[] arguments)
    {
        var (code, output) = await RunAsync(folder, "dotnet", arguments);
        Assert.True(code == 0, output);
    }

    private static async Task<(int Code, string Output)> RunAsync(string folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        try
        {
            string[] texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
            await process.WaitForExitAsync(cancel);
            return (process.ExitCode, texts[0] + texts[1]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"AspNetCore|EntityFramework|Sqlite|Npgsql|MudBlazor|Microsoft\.Extensions\.Hosting|System\.Net\.Http|System\.Data", RegexOptions.IgnoreCase)]
    private static partial Regex Forbidden();
}
