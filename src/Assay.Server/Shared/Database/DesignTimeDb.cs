using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Assay.Server.Shared.Database;

/// <summary>Lets <c>dotnet ef migrations add NAME --output-dir Shared/Database/Migrations/Sqlite</c> see the model without starting a server.</summary>
internal sealed class DesignTimeDb : IDesignTimeDbContextFactory<AssayDb>
{
    public AssayDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<AssayDb>().UseSqlite("Data Source=:memory:").Options);
}
