using System.Xml;

namespace Assay.Architecture.Tests;

/// <summary>The seven projects, their arrows and packages are what ARCHITECTURE.md says; files stay short.</summary>
public sealed class ProjectGraphTests
{
    private static readonly Dictionary<string, (string[] Projects, string[] Packages)> Allowed = new()
    {
        ["Assay.Ledger"] = ([], ["NSec.Cryptography"]),
        ["Assay.Client"] = ([], []),
        ["Assay.Data"] = ([], ["PdfPig", "DocumentFormat.OpenXml", "System.IO.Hashing", "SearchPioneer.Lingua", "Parquet.Net", "SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies", "Magick.NET-Q8-x64"]),
        ["Assay.Models"] = (["Assay.Data"], ["TorchSharp"]),
        ["Assay.Server"] = (["Assay.Client", "Assay.Data", "Assay.Ledger"],
        [
            "HtmlSanitizer", "Markdig", "Microsoft.AspNetCore.OpenApi",
            "Microsoft.EntityFrameworkCore.Design", "Microsoft.EntityFrameworkCore.Sqlite", "MudBlazor", "Plotly.Blazor",
            "Spectre.Console", "System.CommandLine",
        ]),
        ["Assay.Worker"] = (["Assay.Client", "Assay.Models"], ["libtorch-cpu-linux-x64", "System.CommandLine"]),
        ["Assay.Cli"] = (["Assay.Client", "Assay.Data", "Assay.Ledger"], ["Spectre.Console", "System.CommandLine"]),
    };

    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_project_references_only_what_its_row_allows()
    {
        var folders = Directory.GetDirectories(Path.Combine(Root, "src")).Select(Path.GetFileName).Order().ToArray();
        Assert.Equal(Allowed.Keys.Order(), folders!);

        foreach (var (name, (projects, packages)) in Allowed)
        {
            var references = References(Path.Combine(Root, "src", name, name + ".csproj"));
            Assert.Equal(projects.Order(), references.Projects.Order());
            Assert.Equal(packages.Order(StringComparer.Ordinal), references.Packages.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var tooLong = SourceFiles("src", "tests")
            .Select(path => (Path: Path.GetRelativePath(Root, path), Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > 400)
            .Select(file => $"{file.Path}: {file.Lines} lines");

        Assert.Empty(tooLong);
    }

    [Fact]
    public void The_server_ships_no_libtorch()
    {
        var output = Path.Combine(Root, "artifacts", "bin", "Assay.Server");
        Assert.SkipUnless(Directory.Exists(output), "the server is not built here");

        Assert.Empty(Directory.EnumerateFiles(output, "*torch*", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_server_ships_no_decoder_of_pictures()
    {
        var output = Path.Combine(Root, "artifacts", "bin", "Assay.Server");
        Assert.SkipUnless(Directory.Exists(output), "the server is not built here");

        Assert.Empty(((string[])["libSkiaSharp*", "Magick.Native*"]).SelectMany(name => Directory.EnumerateFiles(output, name, SearchOption.AllDirectories)));
    }

    private static IEnumerable<string> SourceFiles(params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.*", SearchOption.AllDirectories))
            .Where(path => path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".razor", StringComparison.Ordinal))
            .Where(path => !path.Contains("/Migrations/", StringComparison.Ordinal));

    private static (List<string> Projects, List<string> Packages) References(string project)
    {
        List<string> projects = [], packages = [];
        using var reader = XmlReader.Create(project, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element && reader.GetAttribute("Include") is { } include)
            {
                if (reader.Name == "ProjectReference")
                {
                    projects.Add(Path.GetFileNameWithoutExtension(include.Replace('\\', '/')));
                }
                else if (reader.Name == "PackageReference")
                {
                    packages.Add(include);
                }
            }
        }

        return (projects, packages);
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Assay.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No Assay.slnx above the test.");
        }

        return folder;
    }
}
