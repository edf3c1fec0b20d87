using System.CommandLine;
using System.IO.Compression;
using Assay.Client.Contributions;
using Assay.Client.Datanets;
using Assay.Data.Formats.Datasets;

namespace Assay.Cli.Contributing;

/// <summary><c>import DIR|BUNDLE.zip</c>: an owner brings an existing corpus, or another datanet's exported bundle, into the own datanet as one labelled import.</summary>
internal static class ImportCommand
{
    private const string FilesInBundle = "files/files.parquet";

    internal static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A folder, or a bundle.zip that was exported from a datanet with its files." };
        var server = new Option<string>("--server") { Description = "Address of the server, such as http://127.0.0.1:5080.", Required = true };
        var datanet = new Option<string>("--datanet") { Description = "Id of a datanet of yours.", Required = true };
        var label = new Option<string?>("--label") { Description = "What the corpus is, 3 to 120 characters: opens a new import." };
        var import = new Option<string?>("--import") { Description = "Id of an open import to go on with, instead of a new one." };
        var licence = new Option<string?>("--licence") { Description = "Licence of the files of a folder; a bundle's files keep theirs." };
        var source = new Option<string?>("--source") { Description = "Where the files of a folder come from." };
        var key = new Option<string?>("--key") { Description = "API key; without it the environment's ASSAY_KEY." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line on stdout, and nothing else." };
        var wait = new Option<bool>("--wait") { Description = "Wait for the verdicts." };
        var command = new Command("import", "Brings a corpus into a datanet of yours: judged like any file, outside the daily limits, on no board.") { path, server, datanet, label, import, licence, source, key, json, wait };
        command.SetAction((arguments, cancel) => ContributeCommand.WithServerAsync(arguments.GetRequiredValue(server), arguments.GetValue(key), async client =>
        {
            var (from, into) = (arguments.GetRequiredValue(path), arguments.GetRequiredValue(datanet));
            if (arguments.GetValue(label) is null == arguments.GetValue(import) is null)
            {
                return await ContributeCommand.FailAsync("Give either --label, for a new import, or --import, to go on with one.");
            }

            if (Directory.Exists(from) && arguments.GetValue(licence) is null)
            {
                return await ContributeCommand.FailAsync("The files of a folder need --licence, one of the datanet's.");
            }

            using var unpacked = new TemporaryFolder();
            var stated = new ContributionFacts("", arguments.GetValue(licence) ?? "", arguments.GetValue(source));
            var files = Directory.Exists(from) ? FileWalk.Of([from]) : await UnpackAsync(from, unpacked.Path, cancel);
            var id = arguments.GetValue(import)
                ?? (await client.PostAsync<ImportView>($"/api/v1/datanets/{Uri.EscapeDataString(into)}/imports", new OpenImportRequest(arguments.GetValue(label)!), cancel)).Id;
            await Console.Error.WriteLineAsync($"Import {id}; to go on after a break: --import {id}");
            return await ContributeCommand.RunAsync(client, [.. files.Select(file => file with { Facts = (file.Facts ?? stated) with { Import = id } })], into, stated,
                new ContributeCommand.Mode(false, arguments.GetValue(json), arguments.GetValue(wait)), cancel);
        }));
        return command;
    }

    /// <summary>Writes a bundle's files into a folder under their positions: names in it are for display and never become paths.</summary>
    private static async Task<List<LocalFile>> UnpackAsync(string bundle, string folder, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(bundle);
        ZipArchive archive;
        try
        {
            archive = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancel);
        }
        catch (InvalidDataException)
        {
            throw new IOException($"'{bundle}' is neither a folder nor a ZIP archive.");
        }

        await using var opened = archive;
        var table = archive.GetEntry(FilesInBundle) ?? throw new IOException($"'{bundle}' holds no {FilesInBundle}: it was exported without its files, or is no bundle of a datanet.");
        var unpacked = Path.Combine(folder, "files.parquet");
        await using (var entry = await table.OpenAsync(cancel))
        await using (var target = File.Create(unpacked))
        {
            await entry.CopyToAsync(target, cancel);
        }

        var files = new List<LocalFile>();
        await using var parquet = File.OpenRead(unpacked);
        await foreach (var (file, content) in FileTable.ReadAsync(parquet, cancel))
        {
            var path = Path.Combine(folder, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{files.Count:D7}"));
            await File.WriteAllBytesAsync(path, content, cancel);
            files.Add(new LocalFile(file.FileName, path)
            {
                Facts = new ContributionFacts(file.FileName, file.Licence, Stated(file.Source), Stated(file.IntendedUse), Stated(file.Note), Stated(file.Language)),
            });
        }

        return files;
    }

    private static string? Stated(string text) => text.Length == 0 ? null : text;

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("assay-import-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
