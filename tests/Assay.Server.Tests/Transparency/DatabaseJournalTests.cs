using Assay.Ledger.Appending;
using Assay.Ledger.Entries;
using Assay.Ledger.Tests.Appending;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Tests.Transparency;

/// <summary>The ledger's guarantees over rows of the database.</summary>
public sealed class DatabaseJournalTests : LedgerJournalContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-journal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override async Task<IStorage> CreateAsync(CancellationToken cancel)
    {
        var storage = new DatabaseStorage(_folder);
        await storage.OpenAsync(cancel);
        return storage;
    }

    private sealed class DatabaseStorage : IStorage, IDbContextFactory<AssayDb>
    {
        private readonly DatabaseFile _file;
        private readonly DbContextOptions<AssayDb> _options;
        private DbWriter? _writer;

        public DatabaseStorage(string folder)
        {
            _file = new DatabaseFile(new DataFolder(Options.Create(new StorageOptions { Folder = folder })));
            _options = new DbContextOptionsBuilder<AssayDb>().UseSqlite(_file.ConnectionString).Options;
        }

        public ILedgerJournal Journal { get; private set; } = null!;

        public AssayDb CreateDbContext() => new(_options);

        public async Task OpenAsync(CancellationToken cancel)
        {
            _file.Open().Dispose();
            await using (var db = CreateDbContext())
            {
                await db.Database.MigrateAsync(cancel);
            }

            _writer = new DbWriter(_options, _file);
            await _writer.StartAsync(cancel);
            Journal = new DatabaseJournal(this, _writer);
        }

        public Task AppendAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancel) => _writer!.WriteAsync((db, _) =>
        {
            foreach (var entry in entries)
            {
                db.Append(entry);
            }

            return Task.CompletedTask;
        }, cancel);

        public async Task ReopenAsync(CancellationToken cancel)
        {
            await DisposeAsync();
            await OpenAsync(cancel);
        }

        public async ValueTask DisposeAsync()
        {
            await _writer!.StopAsync(CancellationToken.None);
            _writer.Dispose();
        }
    }
}
